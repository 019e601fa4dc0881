package org.tune4j.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.model.DecodeSession.Candidates;

/**
 * Continues prompts along several beams each and returns the best continuations, as transformers'
 * {@code generate} with {@code num_beams} does. Each prompt's are what it alone would get.
 */
public final class BeamSearch {
  private final BoundModel model;
  private final List<String> adapterNames;

  public BeamSearch(BoundModel model) {
    this(model, List.of());
  }

  /**
   * A search in which each prompt is computed with an adapter of its own.
   *
   * @param adapterNames for each prompt of a call what of the model's adapter it is computed with;
   *     empty for what is active
   */
  public BeamSearch(BoundModel model, List<String> adapterNames) {
    this.model = model;
    this.adapterNames = List.copyOf(adapterNames);
  }

  /**
   * Continues prompts.
   *
   * @param prompts token ids, at least one each
   * @return for each prompt its continuations, best first
   * @throws org.tune4j.engine.ConfigException if a prompt is empty or has no room to go on
   */
  public List<List<Beam>> search(List<int[]> prompts, BeamConfig config) {
    if (prompts.isEmpty()) {
      return List.of();
    }
    int longest = Prompts.longest(model, prompts, config.maxNewTokens());
    Set<Integer> ends = Prompts.ends(model, config.endOfText());
    Batch batch = Prompts.batch(prompts);
    List<Beams> all = prompts.stream().map(prompt -> new Beams(config, ends)).toList();
    int places = longest + config.maxNewTokens() - 1;
    int count = Beams.candidates(config, ends);
    try (DecodeSession session =
        model.decode(batch, places, config.numBeams(), Prompts.adapterNames(batch, adapterNames))) {
      // In the order of the session's rows.
      List<Beams> going =
          Arrays.stream(batch.exampleIds()).mapToObj(id -> all.get((int) id)).toList();
      Candidates candidates = session.firstCandidates(count);
      while (true) {
        int rowsEach = session.rows() / going.size();
        List<Integer> sources = new ArrayList<>();
        List<Beams> left = new ArrayList<>();
        for (int i = 0; i < going.size(); i++) {
          Beams beams = going.get(i);
          beams.add(candidates, i);
          if (!beams.isDone()) {
            int first = i * rowsEach;
            beams.running().forEach(one -> sources.add(first + one.row()));
            left.add(beams);
          }
        }
        if (left.isEmpty()) {
          return all.stream().map(Beams::best).toList();
        }
        session.copy(sources.stream().mapToInt(Integer::intValue).toArray());
        going = left;
        candidates = next(session, going, count);
      }
    }
  }

  private static Candidates next(DecodeSession session, List<Beams> going, int count) {
    List<Beams.Running> rows = going.stream().flatMap(beams -> beams.running().stream()).toList();
    int[] last = rows.stream().mapToInt(one -> one.ids()[one.ids().length - 1]).toArray();
    double[] sums = rows.stream().mapToDouble(Beams.Running::sum).toArray();
    return session.nextCandidates(last, sums, rows.size() / going.size(), count);
  }
}
