package org.tune4j.engine.trainer;

import java.util.function.Function;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.objective.Objective;

/**
 * What a run learns in place of next tokens, where another module says it.
 *
 * @param encoder what becomes of a row
 * @param objective the loss of its batches
 * @param learnsTokens whether rows are learned token by token, which the pre-flight report looks at
 * @param identity what the numbers depend on besides the rows
 */
public record Lesson(
    Function<DataConfig, RowEncoder> encoder,
    Objective objective,
    boolean learnsTokens,
    String identity) {}
