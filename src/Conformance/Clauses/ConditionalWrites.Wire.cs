using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ConditionalWrites
{
    private const string Won = "won";
    private const string Ambiguous = nameof(StorageErrorKind.Ambiguous);
    private const string Transient = nameof(StorageErrorKind.Transient);
    private const string Throttled = nameof(StorageErrorKind.Throttled);
    private const string Conflicting =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>ConditionalRequestConflict</Code><Message>A conflicting operation is under way.</Message></Error>";

    private static readonly (string Name, string Value) s_wait = ("Retry-After", "2");

    private static readonly ImmutableArray<Loss> s_losses =
    [
        new("whose answer was lost", WireFaults.LoseAnswer, Carried: true, [Won, Ambiguous]),
        new("whose request was lost", WireFaults.LoseRequest, Carried: false, [Won, Ambiguous, Transient]),
        new("that was carried out and answered 503", WireFaults.RefuseAfter(503, s_wait), Carried: true, [Won, Ambiguous]),
        new("that was carried out and answered 500", WireFaults.RefuseAfter(500), Carried: true, [Won, Ambiguous]),
        new("that was not carried out and answered 503", WireFaults.Answer(503, headers: s_wait), Carried: false, [Won, Ambiguous, Transient, Throttled]),

        // With the patience of a database: a repetition would meet what the first attempt did.
        new("whose answer was lost for a patient client", WireFaults.LoseAnswer, Carried: true, [Won, Ambiguous]) { Patient = true },
        new("that was carried out and answered 503 for a patient client", WireFaults.RefuseAfter(503, s_wait), Carried: true, [Won, Ambiguous]) { Patient = true },
        new("that was answered 503 once for a patient client", WireFaults.Answer(503, headers: s_wait), Carried: null, [Won, Ambiguous]) { Patient = true },

        // Nothing can be read back.
        new("whose answer was lost when an outage began", WireFaults.LoseAnswer, Carried: true, [Ambiguous]) { Rest = WireFaults.Reset },
        new("that was carried out and answered 503 when an outage began", WireFaults.RefuseAfter(503, s_wait), Carried: true, [Ambiguous]) { Rest = WireFaults.Reset },

        // What is read back is another's, whatever became of this one.
        new("whose answer was lost and whose object was replaced at once", WireFaults.LoseAnswer, Carried: null, [Won, Ambiguous]) { AnotherWriter = 2 },
        new("whose request was lost while another put equal bytes", WireFaults.LoseRequest, Carried: null, [Ambiguous, Transient, nameof(StorageErrorKind.PreconditionFailed)]) { AnotherWriter = 1 },
    ];

    private static bool IsPut(HttpRequestMessage request) => request.Method == HttpMethod.Put;

    private static async Task<Finding> NeverGuessesAsync(ClauseContext context, WiredStore store)
    {
        if (!context.Store.Traits.ConditionalCreate)
            return Finding.Unsupported("the store has no create-if-absent whose answer could be lost");
        SortedDictionary<string, int> came = new(StringComparer.Ordinal);
        int rounds = context.Plan.Count(20, 1, 100);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < s_losses.Length; i++)
            {
                Note(await LoseAsync(context, store, context.Key($"create-{round}-{i}"), s_losses[i], creates: true));
                if (context.Store.Traits.ConditionalReplace)
                    Note(await LoseAsync(context, store, context.Key($"replace-{round}-{i}"), s_losses[i], creates: false));
            }
        }

        return Finding.Passed(
            $"{came.Values.Sum()} conditional puts lost their request or their answer and were told as {string.Join(", ", came.Select(c => $"{c.Key} ({c.Value})"))}; none was guessed");

        void Note(string outcome) => came[outcome] = came.GetValueOrDefault(outcome) + 1;
    }

    private static async Task<string> LoseAsync(ClauseContext context, WiredStore store, string key, Loss loss, bool creates)
    {
        byte[] old = context.Body(key, 400, version: 1, writer: 3);
        byte[] mine = context.Body(key, 400, version: 2, writer: 1);
        byte[] others = context.Body(key, 400, version: 2, writer: loss.AnotherWriter);
        PutCondition condition = creates ? PutCondition.IfAbsent : PutCondition.IfMatches(await VersionAfterPutAsync(context, key, old));
        string name = $"a put '{(creates ? "if absent" : "if a version")}' {loss.What}";
        bool met = false;
        bool wasBusy = false;
        store.Wire.Meet(async (request, pass, cancellation) =>
        {
            if (met)
                return loss.Rest is { } rest ? await rest(request, pass, cancellation) : await pass(request, cancellation);
            if (!IsPut(request))
                return await pass(request, cancellation);
            met = true;
            try
            {
                return await loss.Fault(request, PassAsync, cancellation);
            }
            finally
            {
                if (loss.AnotherWriter > 0)
                    await context.PutAsync(key, others);
            }

            // A busy store may have refused the request whose answer is lost, or may have carried it out all the same.
            async Task<HttpResponseMessage> PassAsync(HttpRequestMessage sent, CancellationToken end)
            {
                HttpResponseMessage answer = await pass(sent, end);
                wasBusy = (int)answer.StatusCode is 429 or >= 500;
                return answer;
            }
        });
        string outcome = await OutcomeAsync(loss.Patient ? store.Patient(new EagerTime()) : store.Data, key, mine, condition, context.Cancellation);
        store.Wire.Heal();
        ClauseContext.Require(loss.Allowed.Contains(outcome) || (wasBusy && outcome is Throttled or Transient), $"{name} was told as {outcome}, where only {string.Join(" or ", loss.Allowed)} is known");
        if (loss.AnotherWriter > 0)
            await context.ReadsAsync(key, others, $"after {name}");
        else if ((loss.Carried == true && !wasBusy) || outcome == Won)
            await context.ReadsAsync(key, mine, $"after {name} and was told as {outcome}");
        else if (loss.Carried == false && creates)
            await context.AbsentAsync(key, $"after {name}");
        else if (loss.Carried == false)
            await context.ReadsAsync(key, old, $"after {name}");
        return outcome;
    }

    private static async Task<Finding> TellsConflictsApartAsync(ClauseContext context, WiredStore store)
    {
        if (!context.Store.Traits.ConditionalCreate)
            return Finding.Unsupported("the store has no create-if-absent that could conflict");
        WireFault conflict = WireFaults.Answer(409, Conflicting, "application/xml");
        WireFault settled = WireFaults.Answer(412);
        string inFlight = nameof(StorageErrorKind.Conflict);
        string refused = nameof(StorageErrorKind.PreconditionFailed);
        int rounds = context.Plan.Count(50, 2, 12);
        for (int i = 0; i < rounds; i++)
        {
            string key = context.Key($"conflict-{i}");
            byte[] body = context.Body(key, 300);
            store.Wire.Meet(settled, IsPut, times: 1);
            string outcome = await OutcomeAsync(store.Data, key, body, PutCondition.IfAbsent, context.Cancellation);
            ClauseContext.Require(outcome == refused, $"a put 'if absent' that was answered 412 was told as {outcome}, not as settled");
            store.Wire.Meet(conflict, IsPut, times: 1);
            outcome = await OutcomeAsync(store.Data, key, body, PutCondition.IfAbsent, context.Cancellation);
            ClauseContext.Require(outcome == inFlight || outcome == Won, $"a put 'if absent' that was answered 409 was told as {outcome}, not as a conflict in flight");
            if (outcome == inFlight)
            {
                await context.AbsentAsync(key, "after a conflict in flight that nobody won");
                outcome = await OutcomeAsync(store.Data, key, body, PutCondition.IfAbsent, context.Cancellation);
                ClauseContext.Require(outcome == Won, $"a put 'if absent' that was repeated after a conflict in flight came to {outcome}, though nobody held the key");
            }

            await context.ReadsAsync(key, body, "after a conflict in flight and its repetition");
            string version = (await context.HeadAsync(key))?.Version ?? "";
            if (!context.Store.Traits.ConditionalReplace)
                continue;
            byte[] next = context.Body(key, 300, version: 2);
            store.Wire.Meet(conflict, IsPut, times: 1);
            outcome = await OutcomeAsync(store.Data, key, next, PutCondition.IfMatches(version), context.Cancellation);
            ClauseContext.Require(outcome == inFlight || outcome == Won, $"a put 'if a version' that was answered 409 was told as {outcome}, not as a conflict in flight");
            if (outcome == inFlight)
                outcome = await OutcomeAsync(store.Data, key, next, PutCondition.IfMatches(version), context.Cancellation);
            ClauseContext.Require(outcome == Won, $"a put 'if a version' that was repeated after a conflict in flight came to {outcome}");
            await context.ReadsAsync(key, next, "after a conflict in flight and its repetition");
        }

        int held = await RacesDeletesAsync(context);
        return Finding.Passed(
            $"{rounds} rounds of conflicts in flight were told apart from conditions that do not hold, and their repetition won; after creates that raced deletes {held} keys were held"
                + " and the rest could be had");
    }

    // The real store: whatever the race came to, a held key refuses and a free one is given.
    private static async Task<int> RacesDeletesAsync(ClauseContext context)
    {
        int held = 0;
        int rounds = context.Plan.Count(200, 3, 12);
        for (int i = 0; i < rounds; i++)
        {
            string key = context.Key($"raced-{i}");
            await context.PutAsync(key, context.Body(key, 300));
            await context.RaceAsync(4, async racer =>
            {
                if (racer == 0)
                    await context.DeleteAsync(key);
                else
                    _ = await TryAsync(context, key, context.Body(key, 300, version: 2, writer: racer), PutCondition.IfAbsent);
            });
            if (context.Bound > TimeSpan.Zero)
                continue;
            bool isHeld = await context.HeadAsync(key) is not null;
            Answer answer;
            int attempts = 0;
            do
            {
                answer = await TryAsync(context, key, context.Body(key, 300, version: 3), PutCondition.IfAbsent);
            }
            while (answer == Answer.Conflict && !isHeld && ++attempts < 50);
            ClauseContext.Require(
                isHeld ? answer is Answer.Refused or Answer.Conflict : answer == Answer.Stored,
                $"after creates that raced a delete the key was {(isHeld ? "held" : "free")}, and a put 'if absent' came to {answer}");
            held += isHeld ? 1 : 0;
        }

        return held;
    }

    private static async Task<string> OutcomeAsync(IDataGateway store, string key, byte[] body, PutCondition condition, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, body, condition, cancellation);
            return Won;
        }
        catch (StorageException failure)
        {
            return failure.Kind.ToString();
        }
    }

    // What happens to the request, whether the store carried it out (null: either), and what may be said of it. Who sends it again by itself may win, when the object is there.
    private sealed record Loss(string What, WireFault Fault, bool? Carried, string[] Allowed)
    {
        // Meets every later request.
        public WireFault? Rest { get; init; }

        // Writes before anything is read back; the first writes the same bytes.
        public int AnotherWriter { get; init; }

        public bool Patient { get; init; }
    }
}
