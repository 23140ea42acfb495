defmodule Shop.Cart do
  @moduledoc """
  Holds what a customer means to buy.
  """

  use GenServer
  import Enum, only: [reduce: 3]
  alias Shop.{Item, Price}
  alias Shop.Discount, as: Rebate
  require Logger

  @behaviour Shop.Store
  @max_items 50

  @type line :: {Item.t(), pos_integer()}
  @typep state :: %{lines: [line()]}
  @callback checkout(cart :: t()) :: :ok | {:error, term()}

  defstruct [:owner, lines: []]

  defmodule FullError do
    defexception message: "the cart is full"
  end

  @doc "Starts a cart for one owner."
  @spec start_link(keyword()) :: GenServer.on_start()
  def start_link(options) do
    GenServer.start_link(__MODULE__, options, name: options[:name])
  end

  def total(%__MODULE__{lines: lines}) when is_list(lines) do
    reduce(lines, 0, fn {item, count}, sum -> sum + Price.of(item) * count end)
  end

  @doc false
  def add(cart, item), do: put_line(cart, item, 1)

  defp put_line(cart, _item, _count) when length(cart.lines) >= @max_items do
    raise FullError
  end

  defp put_line(cart, item, count) do
    Logger.debug("adding #{item.name}")
    %{cart | lines: [{item, count} | cart.lines]}
  end

  defguard is_empty(cart) when cart.lines == []

  defmacro with_cart(cart, do: block) do
    quote do: unquote(block)
  end

  def left ~> right, do: Rebate.apply(left, right)
end

defprotocol Shop.Printable do
  def print(value)
end

defimpl Shop.Printable, for: Shop.Cart do
  def print(cart), do: inspect(cart)
end
