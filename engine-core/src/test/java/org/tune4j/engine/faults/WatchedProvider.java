package org.tune4j.engine.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The operations of a {@link WatchedFileSystem}: first told, then done to the real files. */
final class WatchedProvider extends FileSystemProvider {
  private final WatchedFileSystem system;
  private final Watcher watcher;

  WatchedProvider(WatchedFileSystem system, Watcher watcher) {
    this.system = system;
    this.watcher = watcher;
  }

  /** Something done to real files. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  <T> T read(Path real, Work<T> work) throws IOException {
    synchronized (watcher) {
      watcher.before(Operation.READ, real);
      return work.run();
    }
  }

  private void change(Operation operation, Path real, Change change, Work<?> work)
      throws IOException {
    synchronized (watcher) {
      watcher.before(operation, real);
      work.run();
      watcher.after(change);
    }
  }

  @Override
  public String getScheme() {
    return "watched";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
    throw new UnsupportedOperationException("made by WatchedFileSystem.watched");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    return system.wrap(Path.of(uri));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = WatchedPath.real(path);
    boolean append = options.contains(StandardOpenOption.APPEND);
    boolean writes = append || options.contains(StandardOpenOption.WRITE);
    synchronized (watcher) {
      boolean there = Files.exists(real);
      boolean creates =
          writes
              && (options.contains(StandardOpenOption.CREATE_NEW)
                  || options.contains(StandardOpenOption.CREATE) && !there);
      boolean empties = writes && there && options.contains(StandardOpenOption.TRUNCATE_EXISTING);
      watcher.before(
          creates ? Operation.CREATE : writes ? Operation.OPEN_TO_WRITE : Operation.READ, real);
      FileChannel channel = FileChannel.open(real, options, attributes);
      if (creates || empties) {
        watcher.after(new Change.Created(real));
      }
      return new WatchedChannel(channel, real, watcher, writes, append);
    }
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    Path real = WatchedPath.real(folder);
    DirectoryStream<Path> entries =
        read(real, () -> Files.newDirectoryStream(real, path -> filter.accept(system.wrap(path))));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return names(real, entries.iterator());
      }

      @Override
      public void close() throws IOException {
        entries.close();
      }
    };
  }

  private Iterator<Path> names(Path folder, Iterator<Path> entries) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          return read(folder, entries::hasNext);
        } catch (IOException e) {
          throw new DirectoryIteratorException(e);
        }
      }

      @Override
      public Path next() {
        return system.wrap(entries.next());
      }
    };
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    Path real = WatchedPath.real(folder);
    change(
        Operation.MAKE_FOLDER,
        real,
        new Change.FolderMade(real),
        () -> Files.createDirectory(real, attributes));
  }

  @Override
  public void delete(Path path) throws IOException {
    Path real = WatchedPath.real(path);
    change(
        Operation.DELETE,
        real,
        new Change.Deleted(real),
        () -> {
          Files.delete(real);
          return null;
        });
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    boolean replaces = List.of(options).contains(StandardCopyOption.REPLACE_EXISTING);
    Files.write(
        target,
        Files.readAllBytes(source),
        StandardOpenOption.WRITE,
        replaces ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW,
        StandardOpenOption.TRUNCATE_EXISTING);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Path from = WatchedPath.real(source);
    Path to = WatchedPath.real(target);
    change(Operation.MOVE, from, new Change.Moved(from, to), () -> Files.move(from, to, options));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    Path real = WatchedPath.real(path);
    return read(real, () -> Files.isSameFile(real, WatchedPath.real(other)));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    Path real = WatchedPath.real(path);
    return read(real, () -> Files.isHidden(real));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    Path real = WatchedPath.real(path);
    return read(real, () -> Files.getFileStore(real));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    Path real = WatchedPath.real(path);
    read(
        real,
        () -> {
          real.getFileSystem().provider().checkAccess(real, modes);
          return null;
        });
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return Files.getFileAttributeView(WatchedPath.real(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    Path real = WatchedPath.real(path);
    return read(real, () -> Files.readAttributes(real, type, options));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    Path real = WatchedPath.real(path);
    return read(real, () -> Files.readAttributes(real, names, options));
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    Path real = WatchedPath.real(path);
    synchronized (watcher) {
      watcher.before(Operation.SET_ATTRIBUTE, real);
      Files.setAttribute(real, name, value, options);
    }
  }
}
