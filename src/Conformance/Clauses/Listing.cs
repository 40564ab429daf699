namespace FireproofBench.Conformance.Clauses;

/// <summary>LST: listings tell what is there.</summary>
internal static partial class Listing
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("LST", "Listing",
    [
        new Clause
        {
            Id = "LST-01",
            Level = ClauseLevel.Must,
            Requirement = "Every acknowledged key under a prefix is listed exactly once over all pages, however many keys and however large the pages.",
            Why = "Heads are found by listing; one that is not listed is a lost branch of the history.",
            How = "Grows a prefix through 0, 1, 999, 1000, 1001, 2000 and 10,001 keys (as the budget allows) and compares listings in pages of 1, 2,"
                + " 7 and 1000 with the set.",
            WhenItFails = "Keep heads on another metadata connector; data files are found by name and do not need listings.",
            Source = "go-cloud list test; rclone#7972; rustfs/rustfs#1596",
            Check = ListsEachKeyOnceAsync,
        },
        new Clause
        {
            Id = "LST-02",
            Level = ClauseLevel.Must,
            Requirement = "A key that is there during the whole walk is listed once, whatever is written or deleted around the cursor meanwhile.",
            Why = "Other devices write while one lists the heads.",
            How = "Walks in small pages, and between pages writes and deletes keys before, at and behind the cursor.",
            WhenItFails = "List in one page, or keep heads on another metadata connector.",
            Source = "go-cloud's pagination tests, generalised",
            Check = SurvivesChangesWhileWalkingAsync,
        },
        new Clause
        {
            Id = "LST-03",
            Level = ClauseLevel.Must,
            Requirement = "A listing has only keys that start with the prefix, byte by byte, and special characters in it mean nothing special.",
            Why = "Databases lie side by side under prefixes; a leak mixes their heads.",
            How = "Plants siblings (a/ beside ab, a- and A/) and prefixes with wildcards, percent signs and spaces, and lists each.",
            WhenItFails = "Give each database a bucket or folder of its own.",
            Source = "unjs/unstorage#760; Ceph's prefix tests",
            Check = ListsThePrefixOnlyAsync,
        },
        new Clause
        {
            Id = "LST-04",
            Level = ClauseLevel.Should,
            Requirement = "Listings come in the order of the keys' UTF-8 bytes, and 'after a key' leaves that key out.",
            Why = "A walk that is resumed after a key must neither skip nor repeat.",
            How = "Lists keys whose order differs between bytes, UTF-16 and locale, and resumes after each key and after keys that do not exist.",
            WhenItFails = "Always list from the beginning.",
            Source = "object_store's offset test; go-cloud's delimiter test",
            Check = ListsInOrderAsync,
        },
        new Clause
        {
            Id = "LST-05",
            Level = ClauseLevel.Must,
            Requirement = "Whatever is listed can be read, and whatever was deleted is no longer listed.",
            Why = "A phantom head sends a client after a file that does not exist, and it waits for ever.",
            How = "Writes and deletes keys, lists, and reads every listed key.",
            WhenItFails = "Keep heads on another metadata connector.",
            Source = "rustfs/rustfs#6218; boto/boto3#1647; VaultS3#34",
            Check = ListsNoPhantomsAsync,
        },
        new Clause
        {
            Id = "LST-06",
            Level = ClauseLevel.Must,
            Requirement = "A page that is cut short or fails is an error or says that there is more; it is never a short list that looks complete.",
            Why = "A short list of heads that looks complete makes a client forget the others.",
            How = "Cancels listings half-way and checks that whatever is returned as complete is complete. Failures of the store itself cannot be"
                + " provoked from outside.",
            WhenItFails = "Keep heads on another metadata connector.",
            Source = "rclone/rclone#7972; elastic/elasticsearch#101182",
            Check = NeverEndsShortAsync,
        },
        new Clause
        {
            Id = "LST-07",
            Level = ClauseLevel.Should,
            Requirement = "The listing of one database never shows keys of another, also when one name starts with the other.",
            Why = "Names such as db1 and db10 lie side by side.",
            How = "Writes the same object names into databases whose names prefix each other, and lists each.",
            WhenItFails = "Give each database a bucket or folder of its own.",
            Source = "Prefix listing of a metadata server for the reference engine",
            Check = KeepsDatabasesApartAsync,
        },
        new Clause
        {
            Id = "LST-08",
            Level = ClauseLevel.May,
            Requirement = "Listing by delimiter returns each directory once.",
            Why = "It would let a client find the databases of a bucket without reading all keys.",
            How = "Not asked through the storage port, which lists keys by prefix only.",
            WhenItFails = "Keep the names of databases elsewhere.",
            Source = "OpenDAL's and Ceph's listing tests",
            Check = Finding.AlwaysUnsupported("the storage port lists keys by prefix, without a delimiter"),
        },
    ]);
}
