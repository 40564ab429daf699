namespace FireproofBench.Conformance.Clauses;

/// <summary>SEC: who may read what, and what a reader notices of a store that lies.</summary>
internal static partial class Security
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("SEC", "Auth and security",
    [
        new Clause
        {
            Id = "SEC-01",
            Level = ClauseLevel.Must,
            Requirement = "Nothing that is stored holds the plain text of a document or a key: no name, file, head or log.",
            Why = "Whoever runs the store, and whoever steals a copy of it, must learn nothing but sizes and times.",
            How = "Writes documents and an attached file that hold marked words, compacts and synchronises; then searches every byte and every name on the store for"
                + " the words and the key, plainly and in the usual encodings.",
            WhenItFails = "Do not use this store before it is known who writes the text there: an index, a log or a client that does not seal.",
            Source = "Fireproof's sealed files",
            Needs = StoreNeeds.Databases,
            Check = EngineConvergence.Checked(HidesContentsAsync),
        },
        new Clause
        {
            Id = "SEC-02",
            Level = ClauseLevel.Must,
            Requirement = "Wrong, altered or absent credentials are refused for every call; none of them is answered as if there were nothing.",
            Why = "A client that is let in as nobody reads somebody's public view, or an empty one, and takes it for its database.",
            How = "Asks the same address with credentials that are wrong in several ways and without any: get, head, list, put and delete must be refused, and"
                + " afterwards everything is as it was.",
            WhenItFails = "Close public access to the bucket, folder or endpoint, and let no proxy add credentials of its own.",
            Source = "The authentication tests of versitygw",
            Check = RefusesStrangersAsync,
        },
        new Clause
        {
            Id = "SEC-03",
            Level = ClauseLevel.Must,
            Requirement = "The credentials of one tenant cannot read, list, write or delete what is another's at the same store.",
            Why = "A shared endpoint is as private as its weakest grant.",
            How = "Asks for the objects and heads of the run with the credentials of a second tenant, which the user names; every call must be refused.",
            WhenItFails = "Give each tenant a bucket, a folder or a grant of its own, and look for policies that name everybody.",
            Check = RefusesTenantsAsync,
        },
        new Clause
        {
            Id = "SEC-04",
            Level = ClauseLevel.Must,
            Requirement = "A file that was tampered with, stands under another's name, or lost a part of its seal is refused and never read; no two files have one nonce.",
            Why = "The seal is worth nothing if what does not fit it is used all the same.",
            How = "Alters ciphertext, nonce, tag and key name of files, cuts the tag, puts files of another database and of another key under their names, and opens"
                + " the database each time. The nonces of all files are compared.",
            WhenItFails = "Look for a cache between the engine and the store that answers in its stead; with none there, stop using this version of the engine.",
            Source = "Authenticated encryption (AES-GCM)",
            Needs = StoreNeeds.Databases,
            Check = EngineConvergence.Checked(RefusesTamperingAsync),
        },
        new Clause
        {
            Id = "SEC-05",
            Level = ClauseLevel.Should,
            Requirement = "A signed address is good for its method, its key and its time, and for nothing else.",
            Why = "Addresses are handed to browsers and end in logs; one that is good for more opens the store.",
            How = "Makes signed addresses and uses them with another method, key, lifetime and signature, and after their end.",
            WhenItFails = "Hand out no signed addresses; let the endpoint carry the bytes.",
            Source = "go-cloud's TestSignedURL; OpenDAL's presign tests",
            Check = BindsAddressesAsync,
        },
        new Clause
        {
            Id = "SEC-06",
            Level = ClauseLevel.Should,
            Requirement = "No secret is in an error, a log, a report or an address that is kept.",
            Why = "Reports are pasted into tickets.",
            How = "Provokes failures with known secrets and over damaged databases, and searches their texts, and all that the run said so far, for credentials, keys"
                + " and the contents of documents.",
            WhenItFails = "Change the credentials that were shown, and keep the reports of this gateway to yourself until it is mended.",
            Source = "restic's TestStripPasswordCall",
            Slot = ClauseSlot.Closing,
            Check = KeepsSecretsAsync,
        },
        new Clause
        {
            Id = "SEC-07",
            Level = ClauseLevel.May,
            Requirement = "A store that shows authentic but old heads is noticed by a client that has seen newer ones.",
            Why = "Somebody who cannot forge a database can still put back last week's.",
            How = "Synchronises a device, and shows it the remote's former heads when it comes back after a while: it must tell, and give the remote the newer state"
                + " again.",
            WhenItFails = "Compare the heads of two devices now and then, and keep the devices' own stores.",
            Needs = StoreNeeds.Databases,
            Check = EngineConvergence.Checked(NoticesRollbackAsync),
        },
    ]);
}
