using System;
using System.Collections.Generic;
using Json = Newtonsoft.Json.JsonConvert;

namespace Shop.Data
{
    /// <summary>A store.</summary>
    [Serializable]
    public sealed class Store<T> : Base, IDisposable where T : Item
    {
        public const int Limit = 10;
        private readonly List<T> items = new List<T>();
        public event EventHandler Changed;

        public string Name { get; set; }

        public Store(string name) : base(name)
        {
            this.Name = name;
        }

        /// <summary>Finds one.</summary>
        public async Task<T> Find(Predicate<T> match)
        {
            var found = items.Find(match);
            Changed?.Invoke(this, EventArgs.Empty);
            return await Tools.Check<T>(found, Limit);
        }

        ~Store() { Dispose(); }
    }

    internal interface IVisitor { void Visit(Item item); }
    public enum Level { Low, High = 2 }
    public struct Point { public int X; }
    public record Pair(int Left, int Right);
    public delegate void Handler(object sender);
}
