package org.tune4j.engine.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/** A path of a {@link WatchedFileSystem}: the real one, and whose it is. */
record WatchedPath(WatchedFileSystem system, Path path) implements Path {

  static Path real(Path watched) {
    if (watched instanceof WatchedPath of) {
      return of.path;
    }
    throw new ProviderMismatchException(watched + " is of another file system");
  }

  @Override
  public FileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return path.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return system.wrap(path.getRoot());
  }

  @Override
  public Path getFileName() {
    return system.wrap(path.getFileName());
  }

  @Override
  public Path getParent() {
    return system.wrap(path.getParent());
  }

  @Override
  public int getNameCount() {
    return path.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return system.wrap(path.getName(index));
  }

  @Override
  public Path subpath(int from, int to) {
    return system.wrap(path.subpath(from, to));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof WatchedPath of && path.startsWith(of.path);
  }

  @Override
  public boolean endsWith(Path other) {
    return other instanceof WatchedPath of && path.endsWith(of.path);
  }

  @Override
  public Path normalize() {
    return system.wrap(path.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return system.wrap(path.resolve(real(other)));
  }

  @Override
  public Path relativize(Path other) {
    return system.wrap(path.relativize(real(other)));
  }

  @Override
  public URI toUri() {
    return path.toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return system.wrap(path.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    return system.wrap(path.toRealPath(options));
  }

  @Override
  public WatchKey register(
      WatchService service, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("no watch service");
  }

  @Override
  public int compareTo(Path other) {
    return path.compareTo(real(other));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
