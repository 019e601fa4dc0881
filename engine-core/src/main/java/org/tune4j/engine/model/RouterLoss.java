package org.tune4j.engine.model;

/**
 * That a family's routers have a load-balancing loss, which is least where all experts are chosen
 * alike: {@code E * sum over e of f[e] * P[e]} of all blocks' tokens, with {@code f[e]} how often
 * expert {@code e} is chosen and {@code P[e]} its mean score (Fedus et al., 2021; transformers'
 * {@code load_balancing_loss_func}).
 *
 * @param coefficient what it is multiplied with in the training loss ({@code router_aux_loss_coef})
 * @param added whether the training loss has it where a run does not say ({@code
 *     output_router_logits})
 */
public record RouterLoss(double coefficient, boolean added) {}
