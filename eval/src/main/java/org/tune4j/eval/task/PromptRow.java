package org.tune4j.eval.task;

import java.util.List;

/**
 * A row as a model is asked it.
 *
 * @param where it stands
 * @param text the prompt as a person reads it
 * @param ids the prompt's tokens
 * @param references what is wanted, any one of them being right
 */
record PromptRow(String where, String text, int[] ids, List<String> references) {}
