package org.tune4j.engine.data;

import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;

/**
 * One row of a data set.
 *
 * @param id number of the row within its source, from 0
 * @param where file and line, for messages and records
 * @param form what it is made of
 * @param context what it gives a chat template besides messages
 */
public record Example(long id, String where, ExampleForm form, ChatContext context) {}
