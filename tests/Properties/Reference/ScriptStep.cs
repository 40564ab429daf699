using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Properties.Reference;

/// <summary>One step of a script that either engine can take. Documents are DAG-JSON texts with an <c>_id</c>.</summary>
internal abstract record ScriptStep
{
    private ScriptStep()
    {
    }

    /// <summary>Writes the step as the Node runner reads it.</summary>
    public abstract void WriteTo(Utf8JsonWriter writer);

    /// <summary>Stores one document.</summary>
    public sealed record Put(string Document) : ScriptStep
    {
        /// <inheritdoc/>
        public override void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("op", "put");
            writer.WritePropertyName("doc");
            writer.WriteRawValue(Document);
            writer.WriteEndObject();
        }

        /// <inheritdoc/>
        public override string ToString() => $"put {Document}";
    }

    /// <summary>Stores several documents in one commit.</summary>
    public sealed record Bulk(ImmutableArray<string> Documents) : ScriptStep
    {
        /// <inheritdoc/>
        public override void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("op", "bulk");
            writer.WriteStartArray("docs");
            foreach (string document in Documents)
                writer.WriteRawValue(document);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        /// <inheritdoc/>
        public override string ToString() => $"bulk [{string.Join(", ", Documents)}]";
    }

    /// <summary>Deletes a document, which need not exist.</summary>
    public sealed record Delete(string Id) : ScriptStep
    {
        /// <inheritdoc/>
        public override void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("op", "del");
            writer.WriteString("id", Id);
            writer.WriteEndObject();
        }

        /// <inheritdoc/>
        public override string ToString() => $"delete {Id}";
    }

    /// <summary>Compacts the database.</summary>
    public sealed record Compact : ScriptStep
    {
        /// <inheritdoc/>
        public override void WriteTo(Utf8JsonWriter writer) => WriteBare(writer, "compact");

        /// <inheritdoc/>
        public override string ToString() => "compact";
    }

    /// <summary>Closes the database and opens it again.</summary>
    public sealed record Reopen : ScriptStep
    {
        /// <inheritdoc/>
        public override void WriteTo(Utf8JsonWriter writer) => WriteBare(writer, "reopen");

        /// <inheritdoc/>
        public override string ToString() => "reopen";
    }

    private static void WriteBare(Utf8JsonWriter writer, string op)
    {
        writer.WriteStartObject();
        writer.WriteString("op", op);
        writer.WriteEndObject();
    }
}
