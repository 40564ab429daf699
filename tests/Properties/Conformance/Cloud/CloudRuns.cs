using System.Collections.Immutable;
using FireproofBench.Conformance.Cloud;
using Xunit;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>Runs of the clauses of the cloud protocol.</summary>
internal static class CloudRuns
{
    /// <summary>Runs clauses.</summary>
    /// <param name="endpoint">Where the endpoint, or what stands before it, listens.</param>
    /// <param name="issuer">Signs the tokens.</param>
    /// <param name="restart">Restarts it; null for what cannot be restarted.</param>
    /// <param name="clauses">The clauses.</param>
    /// <param name="patience">How long an answer may take: on a busy machine longer than in use.</param>
    public static Task<ConformanceReport> OfAsync(Uri endpoint, CloudIssuer issuer, Func<CancellationToken, Task>? restart, ImmutableArray<Clause> clauses, TimeSpan patience)
    {
        CloudSubject subject = new() { Url = $"fpcloud+{endpoint}", Messages = endpoint.AbsolutePath == "/" ? new Uri(endpoint, "/fp") : endpoint, Issuer = issuer, Restart = restart, AnswerWithin = patience, MeetWithin = patience * 2 };
        ConformanceRequest request = new() { Clauses = clauses, Profile = ConnectorProfile.Cloud, Budget = Budget.Quick, Seed = 7 };
        return new CloudRunner(subject, request, new UnwatchedRun(), TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
    }
}
