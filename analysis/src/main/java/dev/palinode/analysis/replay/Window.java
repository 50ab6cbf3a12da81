package dev.palinode.analysis.replay;

import dev.palinode.analysis.WindowCounts;
import java.time.Duration;

/**
 * One closed window of both arms.
 *
 * @param end since the start of the recording
 */
public record Window(Duration end, Duration length, WindowCounts counts) {}
