package org.tune4j.eval.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.EngineClosedException;

/**
 * What came of one question to a judge.
 *
 * @param reply all that it said; nothing where it was refused
 * @param refusal why this one question was not answered
 */
record Asked(ChatReply reply, Optional<EndpointException> refusal) {
  private static final int MOST_THREADS = 256;
  private static final ChatReply NOTHING = new ChatReply("", true);

  /**
   * Asks all questions, some at a time.
   *
   * @param concurrency how many
   * @return in the order of the questions
   * @throws EndpointException if the endpoint cannot be used, or refuses every question
   */
  static List<Asked> all(ChatModel judge, List<ChatPrompt> questions, int concurrency) {
    if (concurrency < 1 || concurrency > MOST_THREADS) {
      throw new ConfigException(
          "concurrency: wanted 1 to " + MOST_THREADS + ", found " + concurrency);
    }
    ExecutorService pool = Executors.newFixedThreadPool(concurrency);
    try {
      List<Future<Asked>> futures = new ArrayList<>();
      for (ChatPrompt question : questions) {
        futures.add(pool.submit(() -> one(judge, question)));
      }
      List<Asked> asked = new ArrayList<>();
      for (Future<Asked> future : futures) {
        asked.add(future.get());
      }
      if (asked.stream().allMatch(each -> each.refusal().isPresent()) && !asked.isEmpty()) {
        throw asked.get(0).refusal().get();
      }
      return asked;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new EngineBugException("a judge cannot be asked: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineClosedException("interrupted while a judge was asked", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static Asked one(ChatModel judge, ChatPrompt question) {
    try {
      return new Asked(judge.reply(question), Optional.empty());
    } catch (EndpointException e) {
      if (!e.isOfRequest()) {
        throw e;
      }
      return new Asked(NOTHING, Optional.of(e));
    }
  }

  /** What stands in the verdict's mark. */
  Optional<String> mark() {
    return Verdict.in(reply);
  }

  /** Why there is no verdict. */
  String failure() {
    return refusal
        .map(Throwable::getMessage)
        .or(() -> mark().map(mark -> "[[" + mark + "]] is no verdict"))
        .orElseGet(() -> Verdict.failure(reply));
  }
}
