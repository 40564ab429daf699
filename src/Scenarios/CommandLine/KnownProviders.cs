using System.CommandLine;
using FireproofBench.Scenarios.Providers;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>conform --known [ID]</c> and <c>--provider ID</c>: what is publicly known of providers.</summary>
internal static class KnownProviders
{
    /// <summary><c>--known</c>.</summary>
    public static Option<string?> Option() => new("--known")
    {
        Description = "Tell what is publicly known of providers, or of one, and run nothing.",
        HelpName = "ID",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary><c>--provider</c>.</summary>
    public static Option<string?> ProviderOption() => new("--provider")
    {
        Description = "The provider whose publicly known facts stand beside what is measured; else it is recognised by the endpoint or by what the store tells.",
        HelpName = "ID",
    };

    /// <summary>The provider of an id.</summary>
    /// <exception cref="UsageException">Nobody has it; the message names ids that look like it.</exception>
    public static KnownProvider Named(string id, string option)
    {
        if (ProviderBook.Find(id) is { } provider)
            return provider;
        string near = string.Join(", ", ProviderBook.Near(id));
        throw new UsageException($"{option}: nothing is known of a provider {Printable.Key(id)}.{(near.Length > 0 ? $" Near to it are {near}." : "")} 'fireproofbench conform --known' names them all.");
    }

    /// <summary>Prints all providers in short, or one with everything.</summary>
    public static int Print(string? id, string? json, Terminal terminal)
    {
        KnownProvider? one = id is null ? null : Named(id, "--known");
        if (json != ResultFile.StandardOutput)
        {
            if (one is null)
                KnownText.WriteList(terminal.Out);
            else
                KnownText.WriteProvider(one, terminal.Out);
        }

        ResultFile.Write(json, terminal.Out, stream => KnownJson.Write(one is null ? ProviderBook.All : [one], stream));
        return ExitCodes.Success;
    }
}
