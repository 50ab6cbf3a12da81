package dev.palinode.testbed;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Says which parts of the testbed a test class needs; a {@link Testbed} parameter or field is then
 * filled with the one that this JVM shares.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("testbed")
@ExtendWith(TestbedExtension.class)
public @interface Needs {
  Part[] value();

  /**
   * A testbed for this class alone, which ends with it: for what must not meet the program that
   * other classes run.
   */
  boolean alone() default false;
}
