using System.Collections.Immutable;
using FireproofBench.Conformance.Histories;
using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Conformance.Histories;

/// <summary>Decides a run of clients against one real register: how many, how many calls, and by whose step time goes on.</summary>
public sealed record RegisterSchedule(int Clients, int Calls, int Seed)
{
    /// <summary>The history of that run: each call has its effect at one step between its call and its return, and now and then never returns.</summary>
    internal History Run(int oneInLost = 12)
    {
        Random chance = new(Seed);
        ImmutableArray<Operation>.Builder history = ImmutableArray.CreateBuilder<Operation>();
        Operation?[] open = new Operation?[Clients];
        bool[] done = new bool[Clients];
        string? register = null;
        int called = 0;
        long now = 0;
        while (called < Calls || open.Any(static o => o is not null))
        {
            int client = chance.Next(Clients);
            now += chance.Next(1, 4);
            if (open[client] is not { } operation)
            {
                if (called < Calls)
                {
                    open[client] = CallOf(client, called++, now, chance);
                    done[client] = false;
                }
            }
            else if (!done[client])
            {
                done[client] = true;
                if (operation.Kind == OperationKind.Put)
                    register = operation.Value;
                else if (operation.Kind == OperationKind.Delete)
                    register = null;
                else if (operation.Kind == OperationKind.Get)
                    open[client] = operation with { Value = register };
                else
                    open[client] = operation with { Found = register is not null };
            }
            else
            {
                bool lost = operation.Writes && chance.Next(oneInLost) == 0;
                history.Add(operation with { Return = lost ? Operation.Never : now, Outcome = lost ? OperationOutcome.Unknown : OperationOutcome.Ok });
                open[client] = null;
            }
        }

        return new History(history.ToImmutable());
    }

    private static Operation CallOf(int client, int number, long now, Random chance)
    {
        OperationKind kind = chance.Next(10) switch { < 4 => OperationKind.Put, 4 => OperationKind.Delete, 5 => OperationKind.Head, _ => OperationKind.Get };
        return new Operation
        {
            Client = $"c{client}",
            Kind = kind,
            Key = "k",
            Value = kind == OperationKind.Put ? $"v{number}" : null,
            Call = now,
            Return = Operation.Never,
            Outcome = OperationOutcome.Ok,
        };
    }
}

/// <summary>Generates schedules: long ones, and short ones that can be judged by trying everything.</summary>
public static class RegisterSchedules
{
    public static Arbitrary<RegisterSchedule> Any() =>
        (from clients in Gen.Choose(1, 6)
         from calls in Gen.OneOf(Gen.Choose(1, 7), Gen.Choose(8, 200))
         from seed in Gen.Choose(0, int.MaxValue - 1)
         select new RegisterSchedule(clients, calls, seed)).ToArbitrary();
}
