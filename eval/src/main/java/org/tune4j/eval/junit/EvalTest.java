package org.tune4j.eval.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of what a model is worth in a task. The method may have a parameter of type {@link
 * org.tune4j.eval.result.EvalResult}, which is what the task found:
 *
 * <pre>{@code
 * @EvalTest(task = "src/test/tasks/reviews.yaml", model = "models/reviews")
 * void praisesAndBlames(EvalResult result) {
 *   assertThat(result).figure("accuracy").byInterval().isAtLeast(0.85);
 * }
 *
 * @EvalTest(task = "src/test/tasks/reviews.yaml", modelMethod = "fineTuned", gate = "default")
 * void isQualified() {}
 *
 * static EvaluatedModel fineTuned() { … train here … }
 * }</pre>
 *
 * <p>A model is loaded or trained once for a test class and closed after it, and a task is measured
 * once for it, however many methods ask.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(EvalExtension.class)
public @interface EvalTest {
  /**
   * The task file. Paths here start at the working folder, which is that of the module where Maven
   * or Gradle runs the test.
   */
  String task();

  /** The folder of a model as {@link EvaluatedModel#load} takes it. */
  String model() default "";

  /**
   * In place of {@link #model} a static method of the test class without parameters that makes an
   * {@link EvaluatedModel}.
   */
  String modelMethod() default "";

  /** Only the first rows of the task. */
  int limit() default Integer.MAX_VALUE;

  /**
   * A gate that the result must pass when the method has ended well: a file, or {@code default} for
   * the one that is shipped.
   */
  String gate() default "";
}
