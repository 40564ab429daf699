namespace FireproofBench.Conformance.Clauses;

/// <summary>TIM: clocks differ, step and stand still; nothing may depend on them.</summary>
internal static partial class Clocks
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("TIM", "Time",
    [
        new Clause
        {
            Id = "TIM-01",
            Level = ClauseLevel.Must,
            Requirement = "Of two writes one after the other the second stays, whatever the clocks of their writers say.",
            Why = "A phone that is an hour ahead would else win over everybody for an hour.",
            How = "Clients whose clocks are an hour ahead and behind overwrite one key in turn, and one document of a database; what was acknowledged last must be"
                + " read.",
            WhenItFails = "Keep mutable objects off this store: each head in an object of its own, and files named by their content.",
            Source = "deuxfleurs garage PR#543: with scrambled clocks an old value wins",
            Check = EngineConvergence.Checked(IgnoresSkewAsync),
        },
        new Clause
        {
            Id = "TIM-02",
            Level = ClauseLevel.Should,
            Requirement = "The time that a store gives a fresh object is within three minutes of this machine's.",
            Why = "Signed requests are refused from fifteen minutes on, and clean-up by age removes what is new.",
            How = "Puts objects and compares the times that head, get and list tell with the clock here before and after.",
            WhenItFails = "Set the clocks, of this machine and of the store, by the network.",
            Source = "kopia's MaxClockDrift of three minutes; RequestTimeTooSkewed of S3",
            Check = TellsTheTimeAsync,
        },
        new Clause
        {
            Id = "TIM-03",
            Level = ClauseLevel.Must,
            Requirement = "A clock that jumps in the middle of the work, forwards or backwards, breaks neither the connection nor a database.",
            Why = "Laptops sleep, and clocks are set.",
            How = "Works with objects and with a database through clients whose clock jumps by hours and days between calls, and compares everything at the end.",
            WhenItFails = "Open the database anew after a suspend, and look for what caches credentials by the wall clock.",
            Source = "aws/aws-sdk-cpp#700",
            Check = EngineConvergence.Checked(OutlivesJumpsAsync),
        },
        new Clause
        {
            Id = "TIM-04",
            Level = ClauseLevel.Should,
            Requirement = "The time of a key does not go backwards from one version to the next.",
            Why = "Tools that copy what is newer skip what looks older.",
            How = "Overwrites one key again and again, through several clients, and compares the times that each version tells.",
            WhenItFails = "Compare versions, not times, when copying from this store; look at the clocks of its nodes.",
            Check = GoesForwardAsync,
        },
    ]);
}
