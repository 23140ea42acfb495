<?php
namespace App\Store;

use App\Model\Item;
use App\Model\User as Account;
require_once 'helpers.php';

const LIMIT = 10;
define('LOW', 1);
$count = 0;

/** Keeps items. */
abstract class Store extends Base implements Closable, \Countable
{
    use Loggable;

    public const VERSION = '1';
    protected array $items = [];

    public function __construct(private Account $owner)
    {
        parent::__construct($owner);
        $this->items = [];
    }

    /** Finds one. */
    public function find(string $key): ?Item
    {
        $found = $this->items[$key] ?? Item::create($key);
        return helper($found, self::VERSION);
    }

    private static function hidden() { return new Item(LIMIT); }
}

interface Closable { public function close(): void; }
trait Loggable { public function log() {} }
enum Level: string { case Low = 'l'; case High = 'h'; }

function helper($value) { return $value->check(); }
