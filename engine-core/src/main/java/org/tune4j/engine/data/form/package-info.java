/** From the columns of a row to what an example is made of. */
package org.tune4j.engine.data.form;
