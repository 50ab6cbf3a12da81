package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palinode.analysis.Spread.Bucket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  private static Spread spread(double... parts) {
    List<Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < parts.length; i += 3) {
      buckets.add(new Bucket(parts[i], parts[i + 1], parts[i + 2]));
    }
    return Spread.of(buckets);
  }

  @Test
  void sameBuckets_areAddedOneByOne() {
    assertThat(spread(1, 2, 3, 4, 8, 1).plus(spread(2, 4, 5, 4, 8, 1)))
        .isEqualTo(spread(1, 2, 3, 2, 4, 5, 4, 8, 2));
  }

  @Test
  void finerBuckets_areAddedUpToTheCoarser() {
    assertThat(spread(1, 2, 3, 2, 4, 4, 8, 16, 1).plus(spread(1, 4, 10)))
        .isEqualTo(spread(1, 4, 17, 8, 16, 1));
    assertThat(spread(1, 4, 10).plus(spread(1, 2, 3, 2, 4, 4, 8, 16, 1)))
        .isEqualTo(spread(1, 4, 17, 8, 16, 1));
  }

  @Test
  void laterSample_holdsAnEarlierOneWhateverItsBuckets() {
    Spread before = spread(1, 2, 3, 2, 4, 4);
    assertThat(spread(1, 2, 3, 2, 4, 5).holds(before)).isTrue();
    assertThat(spread(1, 4, 9).holds(before)).isTrue();
    assertThat(spread(1, 4, 9).minus(before)).isEqualTo(spread(1, 4, 2));
    assertThat(before.minus(Spread.NOTHING)).isEqualTo(before);
    assertThat(before.minus(before)).isEqualTo(Spread.NOTHING);
  }

  @Test
  void lessInAnyBucket_isNotHeld() {
    Spread before = spread(1, 2, 3, 2, 4, 4);
    assertThat(spread(1, 2, 2, 2, 4, 400).holds(before)).isFalse();
    assertThat(spread(2, 4, 400).holds(before)).isFalse();
    assertThat(Spread.NOTHING.holds(before)).isFalse();
  }

  @Test
  void boundariesPrintedShort_areTheSameBoundaries() {
    assertThat(spread(1, 1.18920711500, 2)).isEqualTo(spread(1, 1.1892071150027212, 2));
    assertThat(spread(0.0883883476, 0.25, 2).buckets().getFirst().left())
        .isEqualTo(StrictMath.pow(2, -3.5));
    assertThat(spread(0.1, 0.25, 2).buckets().getFirst().left()).isEqualTo(0.1);
  }

  @Test
  void bucketsThatAreNone_areRefused() {
    assertThatThrownBy(() -> new Bucket(2, 1, 1)).hasMessageContaining("no bucket");
    assertThatThrownBy(() -> new Bucket(-1, 1, 1)).hasMessageContaining("no bucket");
    assertThatThrownBy(() -> new Bucket(1, 2, Double.NaN)).hasMessageContaining("no bucket");
    assertThatThrownBy(() -> spread(1, 4, 1, 2, 8, 1)).hasMessageContaining("overlap");
  }
}
