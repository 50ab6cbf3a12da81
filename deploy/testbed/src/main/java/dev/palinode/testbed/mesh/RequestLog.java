package dev.palinode.testbed.mesh;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Every request in the order of its answer: the newest in memory, all of them in a file if wanted.
 */
public final class RequestLog implements AutoCloseable {
  private final int capacity;
  private final Deque<Request> newest = new ArrayDeque<>();
  private final Optional<JsonGenerator> file;
  private long total;

  RequestLog(int capacity, Optional<Path> file) {
    this.capacity = capacity;
    this.file = file.map(RequestLog::open);
  }

  /** Requests sent at this instant or later, in the order of their answers. */
  public synchronized List<Request> requests(Instant since) {
    List<Request> found = new ArrayList<>();
    for (Iterator<Request> i = newest.descendingIterator(); i.hasNext(); ) {
      Request request = i.next();
      if (request.time().plus(request.duration()).isBefore(since)) {
        break; // the log is ordered by the end of the requests
      }
      if (!request.time().isBefore(since)) {
        found.add(request);
      }
    }
    Collections.reverse(found);
    return found;
  }

  /** Share of the requests since then that a pod of this image tag answered, NaN if none ran. */
  public double share(String imageTag, Instant since) {
    return share(requests(since), r -> r.imageTag().equals(imageTag));
  }

  /** Share of the requests to one host since then that a pod of this image tag answered. */
  public double share(String host, String imageTag, Instant since) {
    List<Request> toHost = requests(since).stream().filter(r -> r.host().equals(host)).toList();
    return share(toHost, r -> r.imageTag().equals(imageTag));
  }

  /** Requests since then by image tag; those that reached no pod under the empty text. */
  public Map<String, Integer> counts(Instant since) {
    Map<String, Integer> counts = new TreeMap<>();
    requests(since).forEach(r -> counts.merge(r.imageTag(), 1, Integer::sum));
    return counts;
  }

  /** The first one sent that a pod of this image tag answered, as far as memory goes back. */
  public synchronized Optional<Request> firstRequestTo(String imageTag) {
    return newest.stream()
        .filter(r -> r.imageTag().equals(imageTag))
        .min(Comparator.comparing(Request::time));
  }

  /** Answers since then that are not 2xx, whoever gave them. */
  public List<Request> failures(Instant since) {
    return requests(since).stream().filter(Request::isFailure).toList();
  }

  /** All requests ever answered, also those that no longer fit in memory. */
  public synchronized long total() {
    return total;
  }

  /** Forgets what is in memory; the file keeps it. */
  public synchronized void clear() {
    newest.clear();
  }

  synchronized void add(List<Request> answered) {
    for (Request request : answered) {
      if (newest.size() == capacity) {
        newest.removeFirst();
      }
      newest.addLast(request);
      total++;
    }
    if (file.isPresent() && !answered.isEmpty()) {
      write(file.get(), answered);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double share(List<Request> requests, Predicate<Request> counted) {
    return (double) requests.stream().filter(counted).count() / requests.size();
  }

  private static JsonGenerator open(Path path) {
    try {
      JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(path));
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      return json;
    } catch (IOException e) {
      throw new UncheckedIOException("The request log " + path + " cannot be written", e);
    }
  }

  private static void write(JsonGenerator json, List<Request> answered) {
    try {
      for (Request request : answered) {
        json.writeStartObject();
        json.writeStringField("time", request.time().toString());
        json.writeStringField("host", request.host());
        json.writeStringField("route", request.route());
        json.writeStringField("version", request.templateHash());
        json.writeStringField("imageTag", request.imageTag());
        json.writeStringField("pod", request.pod());
        json.writeNumberField("code", request.code());
        json.writeStringField("flags", request.flags());
        json.writeNumberField("ms", request.duration().toNanos() / 1_000 / 1_000.0);
        json.writeEndObject();
      }
      json.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
