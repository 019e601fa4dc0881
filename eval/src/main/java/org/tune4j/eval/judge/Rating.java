package org.tune4j.eval.judge;

import java.util.Optional;

/**
 * An answer and its grade.
 *
 * @param grade from 1 to 10; empty where the judge gave none
 * @param reply all that the judge said
 * @param failure why there is no grade; empty where there is one
 */
public record Rating(JudgeRow row, Optional<Double> grade, String reply, String failure) {}
