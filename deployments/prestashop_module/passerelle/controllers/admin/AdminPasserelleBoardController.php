<?php
/**
 * The page of Passerelle in the back office: what it has said, and what an employee may ask of it.
 *
 * Nothing is done here: what is asked is noted, and Passerelle reads it.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class AdminPasserelleBoardController extends ModuleAdminController
{
    const LISTS = ['runs', 'incidents', 'rejects', 'flows', 'settings', 'associations'];

    public function __construct()
    {
        $this->bootstrap = true;
        parent::__construct();
        $this->module->loadBoard();
        $this->meta_title = 'Passerelle';
    }

    public function initToolbar()
    {
        $this->toolbar_btn = [];
    }

    public function setMedia($isNewTheme = false)
    {
        parent::setMedia($isNewTheme);
        $this->addCSS($this->module->getPathUri() . 'views/css/board.css');
    }

    /**
     * The core has compared the token by now; what is asked needs the right to add, what is changed the right to edit.
     */
    public function postProcess()
    {
        if (!isset($_SERVER['REQUEST_METHOD']) || $_SERVER['REQUEST_METHOD'] !== 'POST' || !$this->isOneShop()) {
            return true;
        }
        $forms = new PasserelleBoardForms($this->board(), (int) $this->context->employee->id);
        if (Tools::isSubmit('ask_run') && $this->may('add')) {
            $this->back($forms->askRun((string) Tools::getValue('flow')));
        } elseif (Tools::isSubmit('ask_order') && $this->may('add')) {
            $this->back($forms->askOrder((int) Tools::getValue('id_order')));
        } elseif ((Tools::isSubmit('ask_settings') || Tools::isSubmit('ask_associations')) && !Tools::isSubmit('whole')) {
            $this->errors[] = $this->module->l('The form came without its end, nothing was noted: PHP takes fewer fields than it has. Raise max_input_vars.', 'passerelle_board');
        } elseif (Tools::isSubmit('ask_settings') && $this->may('edit')) {
            $this->back($forms->askSettings((array) Tools::getValue('settings'), (array) Tools::getValue('seen')));
        } elseif (Tools::isSubmit('ask_associations') && $this->may('edit')) {
            $this->back($forms->askAssociations((array) Tools::getValue('association')));
        }

        return true;
    }

    public function initContent()
    {
        parent::initContent();
        $this->context->smarty->assign($this->isOneShop() ? $this->shown() : ['one_shop' => false]);
        $this->context->smarty->assign([
            'content' => $this->createTemplate('passerelle_board.tpl')->fetch(),
        ]);
    }

    private function shown()
    {
        $board = $this->board();
        $page = $this->inLanguage($board->page());
        $orders = new PasserelleBoardOrders((int) $this->context->shop->id, (int) $this->context->language->id);
        $filter = (string) Tools::getValue('orders', 'all');
        $search = trim((string) Tools::getValue('search'));
        $number = max(1, (int) Tools::getValue('page_of_orders', 1));

        return [
            'one_shop' => true,
            'page' => $this->withChosen($page) + array_fill_keys(self::LISTS, []),
            'is_new' => $page === [],
            'incident_count' => isset($page['incidents']) ? count($page['incidents']) : 0,
            'seen_at' => $this->local($board->text('seen')),
            'requests' => $this->requests($board, $page),
            'orders' => array_map([$this, 'order'], $orders->rows($filter, $search, $number)),
            'filter' => $filter,
            'search' => $search,
            'page_of_orders' => $number,
            'has_more' => $orders->hasMore,
            'options' => $orders->options(),
            'may_ask' => $this->access('add'),
            'may_edit' => $this->access('edit'),
            'done' => (string) Tools::getValue('done'),
            'action' => self::$currentIndex . '&token=' . $this->token,
        ];
    }

    /**
     * Settings that hold several states, as a list that the template can ask.
     */
    private function withChosen(array $page)
    {
        foreach (isset($page['settings']) ? $page['settings'] : [] as $number => $table) {
            foreach ($table['fields'] as $place => $field) {
                $chosen = array_flip(explode(', ', (string) $field['value']));
                $page['settings'][$number]['fields'][$place]['chosen'] = $chosen;
            }
        }

        return $page;
    }

    private function requests(PasserelleBoard $board, array $page)
    {
        $labels = [];
        foreach (isset($page['flows']) ? $page['flows'] : [] as $flow) {
            $labels[$flow['name']] = $flow['label'];
        }
        foreach (isset($page['settings']) ? $page['settings'] : [] as $table) {
            $labels += array_column($table['fields'], 'label', 'key');
        }
        $requests = [];
        foreach ($board->lastRequests() as $one) {
            $employee = new Employee((int) $one['id_employee']);
            $requests[] = [
                'kind' => $one['kind'],
                'subject' => isset($labels[$one['subject']]) ? $labels[$one['subject']] : $one['subject'],
                'content' => $this->changes($one['content'], $labels),
                'who' => Validate::isLoadedObject($employee) ? $employee->firstname . ' ' . $employee->lastname : '',
                'asked_at' => $this->local($one['asked_at']),
                'state' => $one['state'],
                'answer' => $this->one(json_decode($one['answer'], true)),
                'answered_at' => $this->local($one['answered_at']),
            ];
        }

        return $requests;
    }

    private function changes($content, array $labels)
    {
        $said = [];
        foreach (json_decode($content, true) ?: [] as $change) {
            $name = isset($labels[$change['key']]) ? $labels[$change['key']] : $change['key'];
            $said[] = $name . ' : ' . $change['seen'] . ' → ' . $change['value'];
        }

        return $said;
    }

    private function order(array $row)
    {
        $row['why'] = $this->one(json_decode((string) $row['why'], true));
        $row['changed_at'] = $this->local((string) $row['changed_at']);
        $row['link'] = $this->context->link->getAdminLink(
            'AdminOrders',
            true,
            [],
            ['vieworder' => 1, 'id_order' => (int) $row['id_order']]
        );

        return $row;
    }

    /**
     * Texts come in both languages, times in UTC.
     */
    private function inLanguage(array $said)
    {
        foreach ($said as $name => $value) {
            if (is_array($value)) {
                $said[$name] = isset($value['en'], $value['fr']) ? $this->one($value) : $this->inLanguage($value);
            } elseif (is_string($value) && substr((string) $name, -3) === '_at') {
                $said[$name] = $this->local($value);
            }
        }

        return $said;
    }

    private function one($pair)
    {
        $language = $this->context->language->iso_code === 'fr' ? 'fr' : 'en';

        return is_array($pair) && isset($pair[$language]) ? (string) $pair[$language] : '';
    }

    private function local($utc)
    {
        if ($utc === '' || strtotime($utc) === false) {
            return '';
        }

        return date($this->context->language->date_format_full, strtotime($utc));
    }

    private function board()
    {
        return new PasserelleBoard((int) $this->context->shop->id);
    }

    private function isOneShop()
    {
        return !Shop::isFeatureActive() || Shop::getContext() === Shop::CONTEXT_SHOP;
    }

    private function may($right)
    {
        if (!$this->access($right)) {
            $this->errors[] = $this->module->l('You may not do this.', 'passerelle_board');

            return false;
        }

        return true;
    }

    private function back($isNoted)
    {
        Tools::redirectAdmin(self::$currentIndex . '&token=' . $this->token . '&done=' . ($isNoted ? 'asked' : 'nothing'));
    }
}
