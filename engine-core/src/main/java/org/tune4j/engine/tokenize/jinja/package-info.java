/**
 * The language in which Hugging Face models write their chat templates: Jinja as transformers
 * configures it, without any way out of the template. Every character of the result knows whether
 * the template or the input wrote it. Nothing here knows about chats.
 */
package org.tune4j.engine.tokenize.jinja;
