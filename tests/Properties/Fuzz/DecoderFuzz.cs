using System.Globalization;
using Xunit;

namespace FireproofBench.Properties.Fuzz;

/// <summary>
/// Changed inputs into every decoder: only its own exceptions, and no more memory than its input justifies. The number of inputs bounds the run.
/// </summary>
/// <remarks>
/// <c>FIREPROOFBENCH_FUZZ_SEED</c> sets the seed, <c>FIREPROOFBENCH_FUZZ_INPUTS</c> the number of inputs for each decoder. Seed, decoder and number of
/// the input make one input, so a failure is repeated by running with its seed.
/// </remarks>
public sealed class DecoderFuzz(ITestOutputHelper output)
{
    /// <summary>What each byte of the input may cost, in bytes: a table of containers and keys for the validator, re-encoding for the check.</summary>
    private const long AllowedPerByte = 128;

    private const int DefaultSeed = 20261122;

    private const int DefaultInputs = 100_000;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(static target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_decoder_refuses_by_its_own_exceptions_and_within_its_memory(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(target => target.Name == name);
        int seed = Setting("FIREPROOFBENCH_FUZZ_SEED", DefaultSeed);
        int inputs = Setting("FIREPROOFBENCH_FUZZ_INPUTS", DefaultInputs);
        int accepted = 0;
        long dearest = 0;
        foreach (byte[] original in target.Seeds)
            Feed(target, original);
        for (int number = 0; number < inputs; number++)
        {
            byte[] input = Mutation.Of(target.Seeds, new Random(unchecked((seed * 31) + number)));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception? foreign = null;
            try
            {
                accepted += Feed(target, input) ? 1 : 0;
            }
            catch (Exception e) when (!target.Allowed.Contains(e.GetType()))
            {
                foreign = e;
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            dearest = Math.Max(dearest, allocated);
            long allowed = target.Base + (AllowedPerByte * input.Length);
            if (foreign is not null || allocated > allowed)
                Assert.Fail($"{name}, seed {seed}, input {number}: {foreign?.ToString() ?? $"{allocated} bytes allocated, {allowed} allowed"}\n{Convert.ToHexStringLower(input)}");
        }

        output.WriteLine($"{name}: seed {seed}, {inputs} inputs, {accepted} accepted, at most {dearest} bytes allocated for one");

        // Inputs that are all refused at the door would test nothing behind it.
        Assert.InRange(accepted, 1, inputs);
    }

    private static bool Feed(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Decode(input);
            return true;
        }
        catch (Exception e) when (target.Allowed.Contains(e.GetType()))
        {
            return false;
        }
    }

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
