package org.tune4j.lora.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.model.BaseSample;

/** Open adapters of one base, and which of them has an update where. */
final class Combination implements AutoCloseable {
  private final List<Part> parts = new ArrayList<>();
  private final SortedMap<String, List<Term>> sites = new TreeMap<>();

  /**
   * An adapter.
   *
   * @param number its place among all
   */
  record Part(int number, AdapterFile adapter, double weight) {}

  /** What an adapter adds at a site. */
  record Term(Part part, AdapterFile.Site site) {}

  /**
   * @throws ConfigException naming the first thing by which they cannot be combined
   */
  Combination(List<WeightedAdapter> adapters, CombinationType type) {
    if (adapters.isEmpty()) {
      throw new ConfigException("adapters: wanted one at least");
    }
    try {
      for (WeightedAdapter each : adapters) {
        Part part = new Part(parts.size(), AdapterFile.open(each.folder()), each.weight());
        requireSameBase(part);
        parts.add(part);
        part.adapter.sites().values().forEach(site -> join(new Term(part, site), type));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** By the numbers of the base where they have noted some, whatever it is called. */
  private void requireSameBase(Part part) {
    if (parts.isEmpty()) {
      return;
    }
    Part first = parts.get(0);
    requireSame("task_type", first, part);
    Optional<Part> known =
        parts.stream().filter(each -> each.adapter.base().isPresent()).findFirst();
    if (known.isEmpty() || part.adapter.base().isEmpty()) {
      requireSame("base_model_name_or_path", first, part);
      requireSame("revision", first, part);
      return;
    }
    BaseSample wanted = known.get().adapter.base().get();
    wanted
        .firstDifference(part.adapter.base().get())
        .ifPresent(
            difference -> {
              throw cannot(
                  known.get().adapter.folder(),
                  part.adapter.folder(),
                  "they are of different bases; the first tensor that differs is " + difference);
            });
  }

  private static void requireSame(String field, Part first, Part part) {
    JsonNode here = part.adapter.json().path(field);
    JsonNode there = first.adapter.json().path(field);
    boolean isSaid = !(here.isNull() || here.isMissingNode() || there.isNull());
    if (isSaid && !there.isMissingNode() && !here.equals(there)) {
      throw cannot(
          first.adapter.folder(),
          part.adapter.folder(),
          "%s is %s and %s"
              .formatted(field, Shortened.text(there.toString()), Shortened.text(here.toString())));
    }
  }

  private void join(Term term, CombinationType type) {
    AdapterFile.Site site = term.site;
    List<Term> there = sites.computeIfAbsent(site.module(), module -> new ArrayList<>());
    there.add(term);
    Term first = there.get(0);
    AdapterFile.Site other = first.site;
    Path folder = term.part.adapter.folder();
    Path otherFolder = first.part.adapter.folder();
    if (site.isEmbedding() != other.isEmbedding()
        || site.outputs() != other.outputs()
        || site.inputs() != other.inputs()) {
      throw cannot(
          otherFolder,
          folder,
          "%s is a matrix of %d x %d and of %d x %d: they are of different bases"
              .formatted(
                  Shortened.text(site.module()),
                  other.outputs(),
                  other.inputs(),
                  site.outputs(),
                  site.inputs()));
    }
    if (type.addsFactors() && site.rank() != other.rank()) {
      throw cannot(
          otherFolder,
          folder,
          "%s has rank %d and %d, and %s adds A and B by themselves; take cat or svd"
              .formatted(
                  Shortened.text(site.module()), other.rank(), site.rank(), type.lowerName()));
    }
  }

  /**
   * A full copy is no update: it goes along as it is, or not at all.
   *
   * @throws ConfigException if several have some, or one has that is not taken as it is
   */
  void requireCopiesOfOne() {
    List<Part> owners = parts.stream().filter(part -> !part.adapter.copies().isEmpty()).toList();
    if (owners.isEmpty()) {
      return;
    }
    Part owner = owners.get(0);
    List<String> saved = owner.adapter.config().modulesToSave();
    if (owners.size() > 1) {
      throw cannot(
          owner.adapter.folder(),
          owners.get(1).adapter.folder(),
          "both have full copies of modules, modules_to_save %s and %s, of which there is no sum"
              .formatted(saved, owners.get(1).adapter.config().modulesToSave()));
    }
    if (owner.weight != 1) {
      throw new ConfigException(
          "%s: has full copies of modules, modules_to_save %s, which the weight %s cannot scale; wanted 1"
              .formatted(owner.adapter.folder(), saved, owner.weight));
    }
    for (String name : owner.adapter.copies().keySet()) {
      String module = name.substring(PeftFiles.PREFIX.length(), name.lastIndexOf('.'));
      if (sites.containsKey(module)) {
        throw cannot(
            owner.adapter.folder(),
            sites.get(module).get(0).part.adapter.folder(),
            "%s is a full copy here and updated there".formatted(Shortened.text(module)));
      }
    }
  }

  private static ConfigException cannot(Path first, Path second, String why) {
    return new ConfigException("%s and %s cannot be combined: %s".formatted(first, second, why));
  }

  /** What the base is known by, if one of the adapters has noted it. */
  Optional<BaseSample> base() {
    return parts.stream().flatMap(part -> part.adapter.base().stream()).findFirst();
  }

  List<Part> parts() {
    return parts;
  }

  /** By module, what adapters add there, in their order. */
  SortedMap<String, List<Term>> sites() {
    return sites;
  }

  /** The highest rank that an adapter has anywhere. */
  int highestRank() {
    return sites.values().stream()
        .flatMap(List::stream)
        .mapToInt(term -> term.site.rank())
        .max()
        .orElseThrow();
  }

  @Override
  public void close() {
    parts.forEach(part -> part.adapter.close());
  }
}
