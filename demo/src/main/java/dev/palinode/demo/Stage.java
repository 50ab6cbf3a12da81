package dev.palinode.demo;

/**
 * Where the story is told. Through it the team releases, and everybody looks; whatever else happens
 * is the controller's doing.
 */
interface Stage extends AutoCloseable {
  Shop shop();

  Traffic traffic();

  Journal journal();

  Cluster cluster();

  /** How many times as long as in the miniature things may take here. */
  int patience();

  @Override
  void close();
}
