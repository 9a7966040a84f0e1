<?php
/**
 * The body of `stock_lines` and `price_lines`: one `reference;value` per line.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleLines
{
    /** @var int lines that are not empty */
    public $count = 0;

    /** @var array values as texts by reference */
    public $values = [];

    /** @var string[] references of lines that cannot be read, or that come a second time */
    public $invalid = [];

    /**
     * @param string $pattern what a value looks like
     */
    public static function read($pattern)
    {
        $lines = new self();
        foreach (preg_split('/\r\n|\r|\n/', (string) file_get_contents('php://input')) as $line) {
            if (trim($line) !== '') {
                $lines->take($line, $pattern);
            }
        }
        if ($lines->count === 0) {
            throw new WebserviceException('no lines', [85, 400]);
        }

        return $lines;
    }

    /**
     * References as texts: PHP turns keys of digits into integers.
     *
     * @return string[]
     */
    public function references()
    {
        return array_map('strval', array_keys($this->values));
    }

    private function take($line, $pattern)
    {
        ++$this->count;
        $end = strrpos($line, ';');
        $reference = trim($end === false ? $line : substr($line, 0, $end));
        $value = $end === false ? '' : trim(substr($line, $end + 1));
        if ($reference === '' || isset($this->values[$reference]) || !preg_match($pattern, $value)) {
            $this->invalid[] = $reference;

            return;
        }
        $this->values[$reference] = $value;
    }
}
