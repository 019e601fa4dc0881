/** Conversations as text: a model's own template, and where in it each turn lies. */
package org.tune4j.engine.tokenize.chat;
