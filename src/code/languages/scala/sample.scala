package org.example.stream

import scala.collection.mutable
import scala.util.{Failure, Success => Good}
import cats.effect.*

/** The most elements kept. */
val MaxKept: Int = 100

type Handler[A] = A => Unit

/** A source of values. */
trait Source[+A] {
  type Key
  def pull(): Option[A]
  def size: Int = 0
}

sealed abstract class Shape(val name: String)
case class Circle(radius: Double) extends Shape("circle") with Serializable
case object Unit extends Shape("unit")

enum Colour(val code: Int) {
  case Red extends Colour(1)
  case Green, Blue
}

@deprecated("use Pipe", "2.0")
class Stream[A](source: Source[A], limit: Int = MaxKept) extends Source[A] {
  private val buffer = mutable.ListBuffer.empty[A]
  var closed = false
  lazy val total: Int = buffer.size

  def this(source: Source[A]) = this(source, 10)

  override def pull(): Option[A] = {
    val next = source.pull()
    next.foreach(buffer += _)
    closed = next.isEmpty
    next
  }

  def map[B](f: A => B): Stream[B] = new Stream(new Mapped(this, f))

  def ++(other: Stream[A]): Stream[A] = Stream.concat(this, other)
}

object Stream {
  def concat[A](left: Stream[A], right: Stream[A]): Stream[A] = left
  implicit val ordering: Ordering[Shape] = Ordering.by(_.name)
  implicit class Ops[A](val self: Source[A]) extends AnyVal {
    def drain(): Unit = while (self.pull().isDefined) ()
  }
}

given shapeShow: Show[Shape] with
  def show(shape: Shape): String = shape.name

extension (text: String)
  def shortened: String = text.take(8)

def run(args: Array[String]): Unit =
  println(args.mkString(" "))
