package org.tune4j.eval.robustness;

/**
 * One attack on one text.
 *
 * @param where the text stands
 * @param label the right one
 * @param original the text as it was
 * @param originalLabel what the classifier said of it
 * @param perturbed what the attack made of it in the end; the original where it was skipped
 * @param perturbedLabel what the classifier said of that
 * @param score one less the probability of the right label, of the perturbed text
 * @param queries texts that the classifier was asked for, the original included
 * @param words of the text that an attack may look at
 * @param wordsChanged how many of them are others in the perturbed text
 */
public record AttackResult(
    String where,
    Outcome outcome,
    String label,
    String original,
    String originalLabel,
    String perturbed,
    String perturbedLabel,
    double score,
    int queries,
    int words,
    int wordsChanged) {}
