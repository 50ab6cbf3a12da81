package dev.palinode.analysis.picture;

import dev.palinode.analysis.picture.Chart.Level;
import dev.palinode.analysis.picture.Chart.Line;
import dev.palinode.analysis.picture.Chart.Mark;
import dev.palinode.analysis.picture.Chart.Point;
import java.util.List;
import java.util.Locale;

/** Charts below each other in one SVG document, readable on light and dark ground. */
public final class Svg {
  private static final int WIDTH = 860;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int HEAD = 34;
  private static final int CHART = 230;
  private static final int FOOT = 44;
  private static final int LABEL_ROW = 15;

  private final StringBuilder out = new StringBuilder();

  private Svg() {}

  /**
   * @param title what the picture is about
   */
  public static String of(String title, List<Chart> charts) {
    Svg svg = new Svg();
    int height = HEAD + charts.size() * (HEAD + CHART + FOOT);
    svg.line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                .formatted(WIDTH, height, WIDTH, height)
            + " font-family=\"system-ui,sans-serif\" font-size=\"12\" role=\"img\">");
    svg.line("<title>" + escaped(title) + "</title>");
    svg.line("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>".formatted(WIDTH, height));
    svg.text(LEFT, 22, "#1f2328", "start", title, " font-size=\"15\" font-weight=\"600\"");
    int top = HEAD;
    for (Chart chart : charts) {
      svg.chart(chart, top + HEAD);
      top += HEAD + CHART + FOOT;
    }
    svg.line("</svg>");
    return svg.out.toString();
  }

  private void chart(Chart chart, int top) {
    text(LEFT, top - 10, "#1f2328", "start", chart.title(), " font-weight=\"600\"");
    axes(chart, top);
    for (Level level : chart.levels()) {
      double y = top + CHART * (1 - chart.y().part(level.y()));
      stroke(LEFT, y, WIDTH - RIGHT, y, "#cf222e", " stroke-dasharray=\"6 4\"");
      text(WIDTH - RIGHT, y - 4, "#cf222e", "end", level.name(), "");
    }
    int row = 0;
    for (Mark mark : chart.marks()) {
      double x = x(chart, mark.x());
      stroke(x, top, x, top + CHART, mark.colour(), " stroke-width=\"1.5\"");
      boolean late = x > WIDTH - 160;
      text(
          late ? x - 4 : x + 4,
          top + 12 + row++ * LABEL_ROW,
          mark.colour(),
          late ? "end" : "start",
          mark.name(),
          "");
    }
    double at = WIDTH - RIGHT;
    for (Line line : chart.lines()) {
      polyline(chart, line, top);
      text(at, top - 10, line.colour(), "end", line.name(), " font-weight=\"600\"");
      at -= 12 + 7.0 * line.name().length();
    }
  }

  private void axes(Chart chart, int top) {
    for (double tick : chart.y().ticks()) {
      double y = top + CHART * (1 - chart.y().part(tick));
      stroke(LEFT, y, WIDTH - RIGHT, y, "#d8dee4", "");
      text(LEFT - 6, y + 4, "#59636e", "end", chart.y().label().apply(tick), "");
    }
    for (double tick : chart.x().ticks()) {
      double x = x(chart, tick);
      stroke(x, top + CHART, x, top + CHART + 5, "#59636e", "");
      text(x, top + CHART + 18, "#59636e", "middle", chart.x().label().apply(tick), "");
    }
    stroke(LEFT, top + CHART, WIDTH - RIGHT, top + CHART, "#59636e", "");
  }

  private void polyline(Chart chart, Line line, int top) {
    StringBuilder path = new StringBuilder();
    boolean drawing = false;
    for (Point point : line.points()) {
      if (Double.isNaN(point.y())) {
        drawing = false;
        continue;
      }
      path.append(drawing ? "L" : "M")
          .append(decimal(x(chart, point.x())))
          .append(' ')
          .append(decimal(top + CHART * (1 - chart.y().part(point.y()))));
      drawing = true;
    }
    line(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\"/>"
            .formatted(path, line.colour()));
  }

  private static double x(Chart chart, double value) {
    return LEFT + (WIDTH - LEFT - RIGHT) * chart.x().part(value);
  }

  private void stroke(double x1, double y1, double x2, double y2, String colour, String more) {
    line(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"%s/>"
            .formatted(decimal(x1), decimal(y1), decimal(x2), decimal(y2), colour, more));
  }

  private void text(double x, double y, String colour, String anchor, String text, String more) {
    line(
        "<text x=\"%s\" y=\"%s\" fill=\"%s\" text-anchor=\"%s\"%s>%s</text>"
            .formatted(decimal(x), decimal(y), colour, anchor, more, escaped(text)));
  }

  private void line(String markup) {
    out.append(markup).append('\n');
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
