using System.Text.Json.Nodes;
using Xunit;

namespace FireproofBench.Properties.Providers;

public sealed class ProviderSchemaTests
{
    [Fact]
    public void The_data_file_keeps_its_schema() => Assert.Empty(ProviderSchema.Check(ProviderSchema.File));

    [Theory]
    [InlineData("source", null)]
    [InlineData("source", "")]
    [InlineData("confidence", "guessed")]
    [InlineData("topic", "gossip")]
    [InlineData("date", "last year")]
    [InlineData("value", 7)]
    public void A_fact_without_source_date_topic_or_confidence_breaks_it(string member, object? value)
    {
        JsonNode file = ProviderSchema.File;
        JsonObject fact = file["providers"]![3]!["facts"]![0]!.AsObject();
        if (value is null)
            fact.Remove(member);
        else
            fact[member] = value is int number ? number : (string)value;
        Assert.Contains(ProviderSchema.Check(file), wrong => wrong.StartsWith("$.providers[3].facts[0]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_member_that_nobody_knows_breaks_it()
    {
        JsonNode file = ProviderSchema.File;
        file["providers"]![0]!["opinion"] = "fine";
        Assert.NotEmpty(ProviderSchema.Check(file));
    }
}
