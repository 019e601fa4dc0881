/** The mechanisms of fine-tuning, one package a subject. */
package org.tune4j.engine;
