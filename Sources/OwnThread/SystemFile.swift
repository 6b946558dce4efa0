import Glibc

/// The one call on files that Foundation does not have: a rename that replaces.
public enum SystemFile {
    /// Gives the file at `source` the name `target`; a file of that name is replaced at once, never missing in between.
    ///
    /// Durable when the directory has been synchronised. Returns `false` when the system refused; nothing has changed then.
    public static func replace(_ target: String, with source: String) -> Bool {
        unsafe rename(source, target) == 0
    }
}
