# frozen_string_literal: true
require 'set'
require_relative "lib/tools"

# Keeps things.
module Shop
  LIMIT = 10

  # A store.
  class Store < Base::Record
    include Comparable
    attr_accessor :name, :owner
    alias title name

    def initialize(name)
      @name = name
      @items = Set.new
    end

    # Finds one.
    def find?(key)
      found = @items.detect { |item| item.key == key }
      Tools::Log.write(found)
      found
    end

    def self.open(path) = new(File.read(path))

    class << self
      def close
        LIMIT.times { flush }
      end
    end

    def <=>(other)
      name <=> other.name
    end

    define_method(:size) { @items.size }
  end
end

describe Shop::Store do
  it "opens" do
    Shop::Store.open("x").must_equal nil
  end
end
