using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Charts as the JSON that the pages' script reads.</summary>
internal static class ChartJson
{
    // More than a screen shows, of values that differ by millions.
    private const string Digits = "G6";

    /// <summary>The charts; null when there are none.</summary>
    public static string? Of(IEnumerable<Chart> charts)
    {
        ImmutableArray<Chart> all = [.. charts];
        if (all.IsEmpty)
            return null;
        ArrayBufferWriter<byte> buffer = new();

        // The default encoder escapes what could end a script.
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (Chart chart in all)
                Write(json, chart);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, Chart chart)
    {
        json.WriteStartObject();
        json.WriteString("id", chart.Id);
        json.WriteString("xLabel", chart.XLabel);
        json.WriteString("xUnit", chart.XUnit);
        json.WriteString("yUnit", chart.YUnit);
        json.WriteBoolean("isPercentile", chart.IsPercentile);
        json.WriteBoolean("hasLogarithmicPlaces", chart.HasLogarithmicPlaces);
        json.WriteBoolean("isLogarithmic", chart.IsLogarithmic);
        WriteNumbers(json, "x", chart.X.Select(static value => (double?)value));
        json.WriteStartArray("series");
        foreach (ChartSeries series in chart.Series)
        {
            json.WriteStartObject();
            json.WriteString("label", series.Label);
            json.WriteString("line", series.Line.ToString().ToLowerInvariant());
            if (series.Colour is { } colour)
                json.WriteNumber("colour", colour);
            WriteNumbers(json, "values", series.Values);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!chart.Marks.IsEmpty)
            WriteNumbers(json, "marks", chart.Marks.Select(static value => (double?)value));
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<double?> values)
    {
        json.WriteStartArray(name);
        foreach (double? value in values)
        {
            if (value is { } number)
                json.WriteRawValue(number.ToString(Digits, CultureInfo.InvariantCulture));
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }
}
