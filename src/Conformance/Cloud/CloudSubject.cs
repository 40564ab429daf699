namespace FireproofBench.Conformance.Cloud;

/// <summary>An endpoint of the cloud protocol that is to be judged.</summary>
internal sealed record CloudSubject
{
    /// <summary>Its address as people see it.</summary>
    public required string Url { get; init; }

    /// <summary>Where messages go.</summary>
    public required Uri Messages { get; init; }

    /// <summary>Makes the tokens of all who ask: the endpoint trusts its key.</summary>
    public required CloudIssuer Issuer { get; init; }

    /// <summary>Kills the endpoint so that it loses what it had not made durable, and starts it again; returns when that is done. Null where the run has no such power.</summary>
    public Func<CancellationToken, Task>? Restart { get; init; }

    /// <summary>How long an answer may take. Clients of the reference engine wait for three seconds and never ask again.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long devices may take until all have the same.</summary>
    public TimeSpan MeetWithin { get; init; } = TimeSpan.FromSeconds(45);
}
