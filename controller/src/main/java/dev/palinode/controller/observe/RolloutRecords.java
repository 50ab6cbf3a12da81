package dev.palinode.controller.observe;

import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Recorder;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.record.RecordWriter;
import dev.palinode.crds.ObjectName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the judges were shown, as {@code FOLDER/NAMESPACE/CANARY/TIME.ndjson}: a file for each
 * rollout, the newest ten of each Canary. A record that cannot be written is given up with a word
 * in the log; the release is judged all the same.
 */
public final class RolloutRecords {
  private static final Logger log = LoggerFactory.getLogger(RolloutRecords.class);
  private static final int KEPT = 10;

  /** Days of an endless pause; nobody's disk is to be filled. */
  private static final long LARGEST = 32L << 20;

  /** In the order of time when sorted as text, and a file name everywhere. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Path folder;

  public RolloutRecords(Path folder) {
    this.folder = folder;
  }

  /** The recorder of one rollout; it goes on with the file that is there. */
  Recorder of(ObjectName canary, Instant servedSince) {
    Path home = folder.resolve(canary.namespace()).resolve(canary.name());
    Path file = home.resolve(TIME.format(servedSince) + ".ndjson");
    return new Forgiving(home, file, new RecordWriter(new Lines(file)));
  }

  /** Only the newest stay. */
  private static void thin(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      List<Path> records = files.filter(f -> f.toString().endsWith(".ndjson")).sorted().toList();
      for (Path old : records.subList(0, Math.max(0, records.size() - KEPT))) {
        Files.deleteIfExists(old);
      }
    }
  }

  /** The process before may have died in the middle of one. */
  private static void endLine(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (SeekableByteChannel bytes =
        Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      bytes.position(Math.max(0, bytes.size() - 1));
      if (bytes.read(last) == 1 && last.get(0) != '\n') {
        bytes.position(bytes.size());
        bytes.write(ByteBuffer.wrap(new byte[] {'\n'}));
      }
    }
  }

  /** Opened for each text: a line every few seconds, and nothing to close or to lose. */
  private record Lines(Path file) implements Appendable {
    @Override
    public Appendable append(CharSequence text) throws IOException {
      if (Files.exists(file) && Files.size(file) > LARGEST) {
        throw new IOException("it grew to " + (LARGEST >> 20) + " MiB");
      }
      Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return this;
    }

    @Override
    public Appendable append(CharSequence text, int start, int end) throws IOException {
      return append(text.subSequence(start, end));
    }

    @Override
    public Appendable append(char c) throws IOException {
      return append(String.valueOf(c));
    }
  }

  /** Gives up at the first failure. */
  private static final class Forgiving implements Recorder {
    private final Path home;
    private final Path file;
    private final Recorder recorder;
    private boolean broken;

    Forgiving(Path home, Path file, Recorder recorder) {
      this.home = home;
      this.file = file;
      this.recorder = recorder;
    }

    @Override
    public void begin(Trial trial) {
      tryTo(() -> recorder.begin(trial), true);
    }

    @Override
    public void resume(Trial trial, byte[] judge) {
      tryTo(() -> recorder.resume(trial, judge), true);
    }

    @Override
    public void add(Exhibit exhibit) {
      tryTo(() -> recorder.add(exhibit), false);
    }

    @Override
    public void verdict(Exhibit.ClosedWindow after, Verdict verdict, double logHarm) {
      tryTo(() -> recorder.verdict(after, verdict, logHarm), false);
    }

    private void tryTo(Runnable write, boolean first) {
      if (broken) {
        return;
      }
      try {
        if (first) {
          Files.createDirectories(home);
          endLine(file);
          write.run();
          thin(home);
        } else {
          write.run();
        }
      } catch (IOException | UncheckedIOException e) {
        broken = true;
        log.warn(
            "The record {} is given up ({}); see that palinode.analysis.records can be written.",
            file,
            e.toString());
      }
    }
  }
}
