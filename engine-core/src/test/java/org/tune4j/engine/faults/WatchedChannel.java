package org.tune4j.engine.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file of a {@link WatchedFileSystem}. */
final class WatchedChannel extends FileChannel {
  private final FileChannel real;
  private final Path path;
  private final Watcher watcher;
  private final boolean writes;
  private final boolean append;

  WatchedChannel(FileChannel real, Path path, Watcher watcher, boolean writes, boolean append) {
    this.real = real;
    this.path = path;
    this.watcher = watcher;
    this.writes = writes;
    this.append = append;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.READ, path);
      return real.read(into);
    }
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.READ, path);
      return real.read(into, position);
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    synchronized (watcher) {
      long position = append ? real.size() : real.position();
      return write(from, position, part -> real.write(part));
    }
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    synchronized (watcher) {
      return write(from, position, part -> real.write(part, position));
    }
  }

  @FunctionalInterface
  private interface Target {
    int write(ByteBuffer part) throws IOException;
  }

  private int write(ByteBuffer from, long position, Target target) throws IOException {
    ByteBuffer part = from.slice(from.position(), watcher.writable(path, from.remaining()));
    byte[] bytes = new byte[part.remaining()];
    part.duplicate().get(bytes);
    while (part.hasRemaining()) {
      target.write(part);
    }
    from.position(from.position() + bytes.length);
    if (bytes.length > 0) {
      watcher.after(new Change.Written(path, position, bytes));
    }
    return bytes.length;
  }

  @Override
  public long read(ByteBuffer[] into, int first, int count) throws IOException {
    return read(into[first]);
  }

  @Override
  public long write(ByteBuffer[] from, int first, int count) throws IOException {
    return write(from[first]);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.READ, path);
      return real.size();
    }
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.TRUNCATE, path);
      real.truncate(size);
      watcher.after(new Change.Truncated(path, size));
      return this;
    }
  }

  @Override
  public void force(boolean metadata) throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.FORCE, path);
      watcher.after(new Change.Forced(path));
    }
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException("transferTo");
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException("transferFrom");
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException("what is done to a mapped file cannot be seen");
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.LOCK, path);
      return real.lock(position, size, shared);
    }
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.LOCK, path);
      return real.tryLock(position, size, shared);
    }
  }

  @Override
  protected void implCloseChannel() throws IOException {
    synchronized (watcher) {
      real.close();
      if (writes) {
        watcher.before(Operation.CLOSE, path);
      }
    }
  }
}
