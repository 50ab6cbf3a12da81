package dev.palinode.analysis;

/** Requests in an interval: the candidate's among those of both arms. */
public record Share(long candidate, long total) {}
