package dev.palinode.controller.app;

/** How a command answers. */
enum OutputFormat {
  /** For people. */
  TEXT,
  JSON
}
