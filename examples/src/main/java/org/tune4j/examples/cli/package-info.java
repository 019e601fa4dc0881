/**
 * The command line: one class a command. What a command can be told is a table of settings; each is
 * an option in kebab-case and a key of the configuration file in snake_case.
 */
package org.tune4j.examples.cli;
