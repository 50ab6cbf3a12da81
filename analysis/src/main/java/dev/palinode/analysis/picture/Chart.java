package dev.palinode.analysis.picture;

import java.util.List;

/**
 * Lines over one horizontal axis, with marks at moments.
 *
 * @param title one line
 */
public record Chart(
    String title, Axis x, Axis y, List<Line> lines, List<Level> levels, List<Mark> marks) {
  /**
   * @param colour as in CSS
   */
  public record Line(String name, String colour, List<Point> points) {
    public Line {
      points = List.copyOf(points);
    }
  }

  /** NaN leaves a gap. */
  public record Point(double x, double y) {}

  /** A height that matters. */
  public record Level(String name, double y) {}

  /** A moment that matters. */
  public record Mark(String name, String colour, double x) {}

  public Chart {
    lines = List.copyOf(lines);
    levels = List.copyOf(levels);
    marks = List.copyOf(marks);
  }
}
