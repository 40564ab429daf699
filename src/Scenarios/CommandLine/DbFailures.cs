using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Failures of the shell in one line: what, where, and what to do next. Never a stack, never a key.</summary>
internal static class DbFailures
{
    /// <summary>The line for a failure.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="place">The database; null when its place could not be read.</param>
    public static string Explain(Exception failure, DatabasePlace? place)
    {
        string text = failure switch
        {
            UsageException or InvalidDataException => failure.Message,
            KeyBagException key => $"{key.Message} (key bag: {place?.KeyBagFolder}; --keybag names another, --insecure opens what is not encrypted)",
            StorageException storage => $"{storage.Message}. {NextStep(storage, place)}",
            InvitationException => failure.Message,
            InvalidDocumentException => failure.Message,
            MissingBlockException { Cid.Codec: CidCodec.Raw or CidCodec.Car } => $"{failure.Message}. Bring that file from a copy or from another device ('db sync', 'db copy'); 'fireproofbench db verify' says what else is lost",
            MissingBlockException => $"{failure.Message}. These heads are not of this database, or that state was compacted away; else 'fireproofbench db verify' says what is lost",
            MalformedBlockException or FormatException => $"{failure.Message}. Run 'fireproofbench db verify' for all that is wrong",
            UnrelatedHistoriesException => $"{failure.Message}. Heads of different databases lie together; restore the heads from a copy",
            IOException or UnauthorizedAccessException => failure.Message,
            _ => $"{failure.GetType().Name}: {failure.Message}. This should not happen; run 'fireproofbench db verify' to see whether the database is sound",
        };
        return string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static string NextStep(StorageException failure, DatabasePlace? place) => failure.Kind switch
    {
        StorageErrorKind.MissingContainer => $"There is no database '{place?.Name}' at {place?.Url}: check the URL and --name; 'put' and 'import' begin one",
        StorageErrorKind.NotAuthorized => "Check the credentials, and that the key bag has all keys of this database: 'fireproofbench db share' on a device that has them, 'db join' here",
        StorageErrorKind.Corrupt => "Run 'fireproofbench db verify' for all that is wrong, and restore what it names from a copy",
        StorageErrorKind.InUse => "Wait for the other process, then repeat",
        StorageErrorKind.NoSpace => "Make room, then repeat; what was acknowledged stays",
        StorageErrorKind.Throttled or StorageErrorKind.Transient or StorageErrorKind.Conflict => "Repeat it later",
        StorageErrorKind.Ambiguous => "It may have happened: look with 'fireproofbench db get' before repeating it",
        StorageErrorKind.InvalidName => "Choose another name",
        StorageErrorKind.PreconditionFailed => "Nothing of the target was changed that it had",
        _ => "See 'fireproofbench db --help'",
    };
}
