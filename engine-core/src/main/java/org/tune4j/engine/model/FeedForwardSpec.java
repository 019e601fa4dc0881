package org.tune4j.engine.model;

/** The half of a block that sees each token for itself. */
public sealed interface FeedForwardSpec extends BlockPart
    permits DenseFeedForward, ExpertFeedForward {}
