/**
 * How easily a text classifier is made to change its mind: attacks after the recipes of TextAttack
 * (Morris et al., 2020), and the figures by which they are reported.
 */
package org.tune4j.eval.robustness;
