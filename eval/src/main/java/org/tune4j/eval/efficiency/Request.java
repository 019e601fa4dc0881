package org.tune4j.eval.efficiency;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** A request while it is answered; belongs to the thread that answers it. */
public final class Request {
  private final int input;
  private final long sent;
  private final CompletableFuture<RequestTiming> answer = new CompletableFuture<>();
  private long[] tokens = new long[16];
  private int count;

  Request(int input, long sent) {
    this.input = input;
    this.sent = sent;
  }

  /** What is asked: a number among the inputs of the load. */
  public int input() {
    return input;
  }

  /** Tokens that were told of. */
  public int tokens() {
    return count;
  }

  /** Tells that a token of the answer is there. */
  public void token() {
    if (count == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * count);
    }
    tokens[count++] = System.nanoTime();
  }

  /** Tells that the answer is whole; what is told later counts for nothing. */
  public void done() {
    if (!answer.isDone()) {
      long[] all = Arrays.copyOf(tokens, count);
      answer.complete(
          new RequestTiming(sent, all, count == 0 ? System.nanoTime() : all[count - 1]));
    }
  }

  void failed(Throwable cause) {
    answer.completeExceptionally(cause);
  }

  /** The answer's timing, once it is whole. */
  CompletableFuture<RequestTiming> answer() {
    return answer;
  }
}
