namespace FireproofBench.Conformance.Clauses;

/// <summary>NAM: a key is stored as it is, or refused.</summary>
internal static partial class Naming
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("NAM", "Naming",
    [
        new Clause
        {
            Id = "NAM-01",
            Level = ClauseLevel.Must,
            Requirement = "Every kind of key that the engine makes goes through put, get and list unchanged.",
            Why = "A file whose name comes back changed is a file that is never found again.",
            How = "Puts files under content ids in base32 and base58 and under the names of heads, logs and versions, and compares the listing with"
                + " the names put.",
            WhenItFails = "Do not use the store. A gateway that encodes names itself may help.",
            Source = "Key layouts of the reference engine's gateways",
            Check = KeepsEngineKeysAsync,
        },
        new Clause
        {
            Id = "NAM-02",
            Level = ClauseLevel.Must,
            Requirement = "Two keys that differ only in the case of letters are two objects.",
            Why = "Base58 ids tell case apart; on a store that does not, one file replaces another.",
            How = "Puts different bodies under case twins, reads and lists both, deletes one and reads the other.",
            WhenItFails = "Use a volume that tells case apart (many laptops do not by default).",
            Source = "rclone/rclone#53",
            Check = TellsCaseApartAsync,
        },
        new Clause
        {
            Id = "NAM-03",
            Level = ClauseLevel.Must,
            Requirement = "Composed and decomposed spellings of a name are two objects, or the second is refused; a name is never normalised in silence.",
            Why = "Database names are typed by people; normalising makes two databases one, or hides one.",
            How = "Puts different bodies under the two spellings of accented letters, Hangul and the Ångström sign, and compares reads and listings.",
            WhenItFails = "Normalise database names in the application before they reach the store.",
            Source = "Object store documentation issue cloudflare/cloudflare-docs#4330; rclone's normalisation test",
            Check = DoesNotNormaliseAsync,
        },
        new Clause
        {
            Id = "NAM-04",
            Level = ClauseLevel.Must,
            Requirement = "Names with spaces, quotes, percent signs, plus, question marks, hashes and characters beyond the basic plane are stored"
                + " under exactly one key, or refused.",
            Why = "Such names decode differently at each hop; an alias lets one database overwrite another.",
            How = "Puts different bodies under names that alias each other when decoded once too often, then reads, lists and deletes each.",
            WhenItFails = "Restrict database names to letters, digits, dash and underscore.",
            Source = "go-cloud's weird strings; juicefs; OpenDAL's special characters",
            Check = KeepsWeirdNamesAsync,
        },
        new Clause
        {
            Id = "NAM-05",
            Level = ClauseLevel.Must,
            Requirement = "Dots, double slashes, leading slashes and backslashes never lead out of the root, and never to another key.",
            Why = "A database name comes from outside; one that climbs overwrites somebody else's files.",
            How = "Plants canaries, then puts, reads, lists and deletes under names that would reach them if a path were resolved, and looks for"
                + " strays beside and above.",
            WhenItFails = "Refuse such names in the application, and report the fault: it is a security hole.",
            Source = "go-cloud's dot-dot-slash test; restic's test strings",
            Check = NeverEscapesAsync,
        },
        new Clause
        {
            Id = "NAM-06",
            Level = ClauseLevel.Should,
            Requirement = "A key of 1024 bytes is stored, or refused with a clear error; it is never cut.",
            Why = "A cut key is another key.",
            How = "Halves its way to the longest key that is taken, in segments of 100 bytes and as one segment, and reads back what was taken.",
            WhenItFails = "Keep database names short.",
            Source = "rclone's length test",
            Check = KeepsLongNamesAsync,
        },
        new Clause
        {
            Id = "NAM-07",
            Level = ClauseLevel.Should,
            Requirement = "Control characters in a name come back as they are, or the name is refused.",
            Why = "A name that changes on its way through is an alias.",
            How = "Puts each of 0x00 to 0x1F and 0x7F at the left, in the middle and at the right of a name.",
            WhenItFails = "Refuse control characters in database names.",
            Source = "rclone's control character test",
            Check = KeepsOrRefusesControlCharactersAsync,
        },
    ]);
}
