package dev.palinode.analysis.picture;

import dev.palinode.analysis.picture.Chart.Level;
import dev.palinode.analysis.picture.Chart.Line;
import dev.palinode.analysis.picture.Chart.Mark;
import dev.palinode.analysis.picture.Chart.Point;
import java.util.Arrays;

/** A chart in plain characters. */
public final class TextChart {
  private static final int COLUMNS = 64;
  private static final int ROWS = 10;
  private static final int MARGIN = 9;

  private TextChart() {}

  /** Every line with its initial, levels dashed; marks by name below the axis. */
  public static String of(Chart chart) {
    char[][] grid = new char[ROWS][COLUMNS];
    for (char[] row : grid) {
      Arrays.fill(row, ' ');
    }
    for (Level level : chart.levels()) {
      Arrays.fill(grid[row(chart, level.y())], '-');
    }
    for (Line line : chart.lines()) {
      for (Point point : line.points()) {
        if (!Double.isNaN(point.y())) {
          grid[row(chart, point.y())][column(chart, point.x())] = line.name().charAt(0);
        }
      }
    }
    StringBuilder out = new StringBuilder(chart.title()).append('\n');
    for (int r = 0; r < ROWS; r++) {
      out.append(label(chart, r)).append(" |").append(new String(grid[r]).stripTrailing());
      out.append('\n');
    }
    out.append(" ".repeat(MARGIN)).append(" +").append("-".repeat(COLUMNS)).append('\n');
    for (Level level : chart.levels()) {
      out.append(" ".repeat(MARGIN + 2)).append("--- ").append(level.name()).append('\n');
    }
    for (Mark mark : chart.marks()) {
      int column = column(chart, mark.x());
      boolean left = column + mark.name().length() + 2 > COLUMNS;
      String text = left ? mark.name() + " ^" : "^ " + mark.name();
      int from = left ? Math.max(0, column - mark.name().length() - 1) : column;
      out.append(" ".repeat(MARGIN + 2 + from)).append(text).append('\n');
    }
    return out.toString();
  }

  private static int row(Chart chart, double y) {
    return (int) Math.round((ROWS - 1) * (1 - chart.y().part(y)));
  }

  private static int column(Chart chart, double x) {
    return (int) Math.round((COLUMNS - 1) * chart.x().part(x));
  }

  /** Of the tick that falls into this row, if one does. */
  private static String label(Chart chart, int row) {
    String text = "";
    for (double tick : chart.y().ticks()) {
      if (row(chart, tick) == row) {
        text = chart.y().label().apply(tick);
      }
    }
    return " ".repeat(Math.max(0, MARGIN - text.length())) + text;
  }
}
