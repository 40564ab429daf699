using System.Globalization;
using System.Xml.Linq;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;
using FireproofBench.Simulation.Telling;
using Xunit;

namespace FireproofBench.Properties.Simulation.Running;

/// <summary>Worlds of real databases: no claim is violated, and a seed gives the same world each time.</summary>
public sealed class WorldRunTests
{
    // A quarter of a minute on a busy machine; more run in processes of their own, before the tests.
    private const int Seeds = 30;

    public static TheoryData<string> Profiles => [.. StoreProfiles.Sound];

    [Fact]
    public void Worlds_over_all_sound_stores_are_sound_and_alike_when_they_are_run_again()
    {
        for (long seed = 1; seed <= Seeds; seed++)
        {
            WorldResult first = Run(seed, null);
            Sound(first);
            Assert.Equal(first.Digest, Run(seed, null).Digest);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Worlds_over_a_sound_store_are_sound(string profile)
    {
        for (long seed = 1001; seed <= 1005; seed++)
            Sound(Run(seed, $"sim:{profile}?lag=2s"));
    }

    [Theory]
    [InlineData("sim:strong?heads=single")]
    [InlineData("sim:strong?heads=objects")]
    [InlineData("sim:flapping")]
    [InlineData("sim:unconditional?heads=objects")]
    public void Worlds_whose_devices_all_open_the_one_database_at_the_store_are_sound(string store)
    {
        const Features Much = Features.Direct | Features.Deletes | Features.Bulks | Features.Attachments | Features.Past | Features.Compactions | Features.AutomaticCompaction | Features.KeyRotation
            | Features.Reopening | Features.Crashes | Features.Partitions | Features.BadNetwork | Features.Encryption;
        for (long seed = 2001; seed <= 2040; seed++)
            Sound(WorldRun.Run(PlanDrawing.Draw(seed, store, 3, 200, Much)));
    }

    [Theory]
    [InlineData(300149, "a compaction met a link that was taking in another one's")]
    [InlineData(310237, "a rollback that waited in line was compared as if it had never been")]
    [InlineData(311308, "a damaged file stopped one compaction")]
    [InlineData(311654, "a late store showed a document before its file")]
    [InlineData(401419, "heads whose removal came late were removed again and again")]
    [InlineData(703187, "a link offered its log without end, since the group that described it named many that were replaced")]
    [InlineData(704275, "a walk that had begun anew was held to the heads before it")]
    [InlineData(1002559, "a file that had been attached last was not shown yet")]
    [InlineData(1004760, "a synchronisation stopped at a file that a compaction had replaced and others had collected")]
    [InlineData(1004936, "a walk met a damaged file and began anew, and was held to the heads before it")]
    [InlineData(1013133, "what a compaction had met while files were on their way was taken for lasting")]
    [InlineData(1017888, "the newest compaction had met files that a late store did not show yet")]
    [InlineData(1022581, "the same, met by another device")]
    [InlineData(1023498, "a database was closed beside its own compactions, and the next one lost files to them")]
    [InlineData(1024332, "all waited for a key of one who waited too")]
    [InlineData(1032797, "a store with outages had one when a file was read in the end")]
    [InlineData(1047167, "the same, with files on a disk")]
    [InlineData(1056261, "a database could not be opened, since an event of its history was still at a remote store, which is attached only once it is open")]
    [InlineData(1073836, "a synchronisation stopped at a collected file, whose compaction had been replaced here itself")]
    [InlineData(1077968, "a link was refused for want of a key which an invitation had brought while the round went on")]
    [InlineData(1083044, "the same, on a disk")]
    [InlineData(1081120, "a compaction failed for a file that had come damaged once, and whole since, in a world whose files are damaged now and then")]
    [InlineData(1123272, "a put of a kept snapshot that arrived twice took the place of a later one of the same name")]
    [InlineData(1201355, "each head that was told of named older files that a late store did not show, and all were asked for once more")]
    [InlineData(1293563, "an invitation met a full disk, and a compaction a file that was sealed with its key; the next one would have had it")]
    [InlineData(1313045, "a link had taken in what others wrote, failed in noting what their compaction had replaced, and told nobody of it")]
    [InlineData(1315348, "who subscribed was told of what a synchronisation had taken in only when it had sent everything, over a bad network")]
    [InlineData(1401924, "a merge met a file that another process had merged and deleted meanwhile, and was told as one that failed")]
    [InlineData(1562433, "a head whose sender had died long before was shown after all had been found together")]
    [InlineData(1571064, "a cached object of all heads refused a writer until the cache forgot, more often than was taken for possible")]
    [InlineData(1576270, "a walk whose first file was on its way from a late store began anew, and was held to the heads before it")]
    [InlineData(1599037, "a store with outages had one when a new device read an attached file")]
    [InlineData(1603296, "a file that came damaged each time was asked for with each write, twenty times and more")]
    [InlineData(1642052, "a compaction that had begun while its device was cut off failed for it after the link had everything")]
    [InlineData(1651772, "a compaction asked a store that was cut off for what another device had replaced, only to know whether that may be deleted")]
    [InlineData(1701187, "a rollback could not ask a store that was cut off whether it still has what was compacted away")]
    [InlineData(1715705, "a compaction asked a store that was cut off for a file that only an earlier log had named, where a past version might have been")]
    [InlineData(848, "a read asked a store that was cut off for a mark that its own device had deleted")]
    [InlineData(1771490, "a cache hid heads that were listed, and each look asked for them three times")]
    [InlineData(1773759, "a compaction failed for a mark of another time that a store did not give, while all it needed lay in older files here")]
    [InlineData(1795184, "three devices carried what they saw at each of two stores to the other, and that was more than one store alone is sent")]
    [InlineData(1866523, "a device gave a store up for want of a key that an invitation had brought while it looked at the heads")]
    [InlineData(1103975, "a compaction failed for a file that had come damaged once, and whole since")]
    public void A_world_that_once_violated_a_claim_is_sound(long seed, string what)
    {
        Assert.NotEmpty(what);

        // As it was drawn then: what seeds mean may change.
        string saved = Path.Combine(SourceTree.PropertiesFolder("Simulation"), "Running", "Worlds", string.Create(CultureInfo.InvariantCulture, $"seed-{seed}.json"));
        Sound(WorldRun.Run(PlanText.Read(File.ReadAllText(saved))));
    }

    [Fact]
    public void A_world_with_damaged_copies_meets_a_walk_that_comes_to_a_document_which_cannot_be_read()
    {
        WorldResult result = WorldRun.Run(PlanDrawing.Draw(164, null, 3, 200), keepsTrace: true);
        Assert.True(result.Plan.Has(Features.DamagedCopies));
        Sound(result);
        Assert.Contains(result.Trace, static entry => entry.Kind == TraceKind.Refused && entry.Subject.EndsWith(nameof(StepKind.ReadAll), StringComparison.Ordinal)
            && entry.Detail.Contains("did not give it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sim:strong?push=sound")]
    [InlineData("sim:eventual?lag=1s")]
    public void A_store_that_restarts_and_is_away_for_a_while_loses_nothing(string store)
    {
        Plan restarts = PlanDrawing.Draw(12, store, 3, 120, Features.StoreTrouble | Features.StoreRestarts | Features.Synchronising);
        restarts = restarts with { Steps = [.. restarts.Steps.Select(static step => step.Number % 15 == 0 ? step with { Kind = StepKind.RestartStore } : step)] };
        WorldResult result = WorldRun.Run(restarts, keepsTrace: true);
        Sound(result);
        Assert.Equal(restarts.Steps.Count(static step => step.Kind == StepKind.RestartStore), result.Trace.Count(static entry => entry.Subject == "is back"));
        Assert.NotEqual(WorldRun.Run(restarts with { Features = restarts.Features & ~Features.StoreRestarts }).Digest, result.Digest);
    }

    [Fact]
    public void Once_faults_are_over_only_what_was_astray_before_comes_late_or_again()
    {
        // What arrives late waits until its sender gave up, and as long again; a copy comes sooner.
        TimeSpan patience = new WireShape().Timeout;
        for (long seed = 3001; seed <= 3008; seed++)
        {
            Plan plan = new()
            {
                Seed = seed,
                Store = "sim:strong?push=none",
                Devices = 3,
                Features = Features.BadNetwork,
                Steps = [.. Enumerable.Range(0, 20).Select(static number => new Step(number + 1, TimeSpan.FromMilliseconds(100 * number), number % 3, StepKind.Put, number + 7))],
                PollInterval = TimeSpan.FromSeconds(1),
                Latency = TimeSpan.FromMilliseconds(20),
            };
            WorldResult result = WorldRun.Run(plan, keepsTrace: true);
            Sound(result);
            TimeSpan healed = result.Trace.Single(static entry => entry.Subject == "all faults are over").At;
            Assert.DoesNotContain(result.Trace, entry => entry.Kind == TraceKind.Late && entry.At > healed + (patience * 3));
            Assert.DoesNotContain(result.Trace, entry => entry.Kind == TraceKind.Again && entry.At > healed + patience);
        }
    }

    [Fact]
    public void An_error_that_nobody_foresaw_is_a_violation_and_the_world_is_told_all_the_same()
    {
        WorldResult result = WorldRun.Run(WorldThatBreaksOff.Made(PlanDrawing.Draw(1, "sim:strong", 2, 10)));
        Violation violation = Assert.Single(result.Violations);
        Assert.Equal(Claim.NoSurprises, violation.Claim);
        Assert.StartsWith("the world broke off: ArgumentOutOfRangeException: ", violation.Evidence, StringComparison.Ordinal);
        Assert.Equal(32, result.Digest.Length);
    }

    [Fact]
    public void A_world_that_is_interrupted_is_no_violation() =>
        Assert.ThrowsAny<OperationCanceledException>(static () => WorldRun.Run(PlanDrawing.Draw(1, "sim:strong", 2, 10), interrupt: new CancellationToken(canceled: true)));

    [Fact]
    public void Stores_are_drawn_with_each_parameter_that_they_have()
    {
        string[] stores = [.. Enumerable.Range(1, 600).Select(static seed => PlanDrawing.Draw(seed, null, 3, 1).Store)];
        Assert.All(
            (string[])["lag=", "heads=single", "heads=objects", "push=", "replicas=", "skew=", "conditional=no", "max-age=", "outages=", "rate=0."],
            parameter => Assert.Contains(stores, store => store.Contains(parameter, StringComparison.Ordinal)));
        Assert.All(stores, static store => Assert.NotNull(SimulatedUrl.Parse(store)));
    }

    [Fact]
    public void Another_seed_is_another_world() => Assert.NotEqual(Run(1, "sim:strong").Digest, Run(2, "sim:strong").Digest);

    [Fact]
    public void A_kept_trace_changes_nothing()
    {
        Plan plan = PlanDrawing.Draw(5, null, 3, 80);
        Assert.Equal(WorldRun.Run(plan).Digest, WorldRun.Run(plan, keepsTrace: true).Digest);
    }

    [Fact]
    public void A_plan_is_read_as_it_was_written_and_runs_as_before()
    {
        Plan plan = PlanDrawing.Draw(6, null, 4, 120);
        Plan read = PlanText.Read(PlanText.Write(plan));
        Assert.Equal(plan.Steps, read.Steps);
        Assert.Equal(plan with { Steps = [] }, read with { Steps = [] });
        Assert.Equal(WorldRun.Run(plan).Digest, WorldRun.Run(read).Digest);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("{}", "schema")]
    [InlineData("""{"schema":"fireproofbench/plan/1","steps":[]}""", "devices")]
    [InlineData("""{"schema":"fireproofbench/plan/1","devices":27,"steps":[]}""", "26")]
    [InlineData("""{"schema":"fireproofbench/plan/1","devices":1,"seed":1,"store":"sim:strong","features":["Nothing"],"steps":[]}""", "Nothing")]
    [InlineData("""{"schema":"fireproofbench/plan/1","devices":1,"seed":1,"store":"sim:nowhere","features":[],"pollMs":1,"latencyMs":1,"steps":[]}""", "nobody knows the profile 'nowhere'")]
    [InlineData("""{"schema":"fireproofbench/plan/1","devices":1,"seed":1,"store":"./folder","features":[],"pollMs":1,"latencyMs":1,"steps":[]}""", "not simulated")]
    [InlineData("""{"schema":"fireproofbench/plan/1","devices":1,"seed":1,"store":"sim:strong","features":[],"pollMs":0,"latencyMs":1,"steps":[]}""", "pollMs")]
    [InlineData("""{"schema":"fireproofbench/plan/1","devices":1,"seed":1,"store":"sim:strong","features":[],"pollMs":1,"latencyMs":1,"steps":[[1,"B","Put",1,1]]}""", "'B'")]
    [InlineData("""{"schema":"fireproofbench/plan/1","devices":1,"seed":1,"store":"sim:strong","features":[],"pollMs":1,"latencyMs":1,"steps":[[1,"A","Put",-1,1]]}""", "milliseconds")]
    public void What_is_no_plan_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => PlanText.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_store_whose_objects_rot_is_found_out_and_the_failure_is_made_small()
    {
        WorldResult failed = Enumerable.Range(1, 20).Select(static seed => WorldRun.Run(PlanDrawing.Draw(seed, "sim:fault/B03", 3, 60))).First(static result => !result.IsSound);
        WorldResult small = Shrinking.Shrink(failed, 80, null, null, CancellationToken.None);
        Assert.Equal(failed.Violations[0].Claim, small.Violations[0].Claim);
        Assert.True(small.Plan.Steps.Length < failed.Plan.Steps.Length / 2, $"{small.Plan.Steps.Length} steps are left");
        Assert.Equal(small.Digest, WorldRun.Run(small.Plan).Digest);
    }

    [Fact]
    public void A_world_is_told_as_a_story_a_diagram_a_graph_and_a_drawing()
    {
        WorldResult result = WorldRun.Run(PlanDrawing.Draw(8, "sim:strong", 2, 40, Features.Bulks), keepsTrace: true);
        Sound(result);
        string[] story = [.. Story.Lines(result, isFull: false)];
        Assert.StartsWith("seed 8, 2 devices, 40 steps, sim:strong", story[0], StringComparison.Ordinal);
        Assert.Equal("All claims hold.", story[^1]);
        Assert.Contains(story, static line => line.Contains(" put ", StringComparison.Ordinal) && line.EndsWith("-> store", StringComparison.Ordinal));
        string[] diagram = [.. SequenceDiagram.Lines(result)];
        Assert.Equal("sequenceDiagram", diagram[0]);
        Assert.Contains(diagram, static line => line.StartsWith("    A->>store: put", StringComparison.Ordinal));
        string[] graph = [.. ClockGraph.Lines(result)];
        Assert.Equal(("digraph clock {", "}"), (graph[0], graph[^1]));
        Assert.Equal(result.History!.Events.Length, graph.Count(static line => line.Contains("label=", StringComparison.Ordinal)));
        XElement drawing = XElement.Parse(string.Join('\n', ClockDrawing.Lines(result)));
        XElement[] boxes = [.. drawing.Elements().Where(static element => element.Attribute("rx") is not null)];
        Assert.Equal(result.History.Events.Length, boxes.Length);
        Assert.Equal(boxes.Length, boxes.Select(static box => (box.Attribute("x")!.Value, box.Attribute("y")!.Value)).Distinct().Count());
    }

    [Fact]
    public void Every_feature_and_every_kind_of_step_is_drawn()
    {
        Plan[] plans = [.. Enumerable.Range(1, 300).Select(static seed => PlanDrawing.Draw(seed, null, 3, 200))];
        Assert.All(Enum.GetValues<Features>(), feature => Assert.Contains(plans, plan => plan.Has(feature)));
        Assert.Empty(Enum.GetValues<StepKind>().Except(plans.SelectMany(static plan => plan.Steps).Select(static step => step.Kind)));
        Assert.Empty(StoreProfiles.Sound.Except(plans.Select(static plan => plan.Store.Split('?')[0]["sim:".Length..])));
    }

    private static WorldResult Run(long seed, string? store) => WorldRun.Run(PlanDrawing.Draw(seed, store, 3, 200));

    private static void Sound(WorldResult result) => Assert.True(
        result.IsSound,
        string.Join(Environment.NewLine, result.Violations.Select(violation => string.Create(CultureInfo.InvariantCulture, $"seed {result.Plan.Seed} ({result.Plan.Store}): {violation.Claim}: {violation.Evidence}"))));
}
