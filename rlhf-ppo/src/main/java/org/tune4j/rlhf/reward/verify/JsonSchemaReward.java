package org.tune4j.rlhf.reward.verify;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.rlhf.reward.Reward;

/**
 * 1 for a response that is JSON and fits a schema, else 0. The JSON is the last block fenced as
 * {@code json}, or the whole response.
 */
public final class JsonSchemaReward implements Reward {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final Schema schema;

  /**
   * A reward.
   *
   * @param schema of the dialect that its {@code $schema} names, 2020-12 if it names none; what it
   *     refers to has to stand in it: nothing is fetched
   * @throws ConfigException if it is no schema
   */
  public JsonSchemaReward(String schema) {
    try {
      SchemaRegistry registry =
          SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              builder -> builder.schemaLoader(loader -> loader.fetchRemoteResources(false)));
      JsonNode node = JSON.readTree(schema);
      List<Error> wrong = registry.getSchema(SchemaLocation.of(dialect(node))).validate(node);
      if (!wrong.isEmpty()) {
        throw new ConfigException("reward: not a JSON schema: " + wrong.get(0));
      }
      this.schema = registry.getSchema(node);
      this.schema.initializeValidators();
    } catch (JsonProcessingException | SchemaException e) {
      throw new ConfigException("reward: not a JSON schema: " + e.getMessage(), e);
    }
  }

  private static String dialect(JsonNode schema) {
    return schema.path("$schema").asText(SpecificationVersion.DRAFT_2020_12.getDialectId());
  }

  @Override
  public double score(String prompt, String response, Row row) {
    String text = ResponseText.block(response, "json").orElse(response);
    try {
      JsonNode said = JSON.readTree(text);
      return !said.isMissingNode() && schema.validate(said).isEmpty() ? 1 : 0;
    } catch (JsonProcessingException e) {
      return 0;
    }
  }
}
