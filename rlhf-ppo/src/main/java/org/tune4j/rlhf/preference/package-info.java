/** Learning from answers that were judged, without rollouts: DPO and its kin, KTO, ORPO, CPO. */
package org.tune4j.rlhf.preference;
