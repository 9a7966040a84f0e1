<?php
/**
 * Adds to the PrestaShop webservice what the core does not offer and an ERP needs.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

// Hooks are methods of the module's own class.
foreach (['PasserelleEventHooks'] as $hooks) {
    require_once __DIR__ . '/classes/' . $hooks . '.php';
}

class Passerelle extends Module
{
    use PasserelleEventHooks;

    const STORE_ORDER_STATE = 'PASSERELLE_STORE_ORDER_STATE';
    const DOCUMENTS = [
        'PasserelleRefusal', 'PasserelleTables', 'PasserelleErpTables', 'PasserelleErpOrder', 'PasserelleErpDocuments', 'PasserelleErpInvoice',
        'PasserelleErpInvoices', 'PasserelleInvoiceFile',
    ];
    const BOARD = 'AdminPasserelleBoard';

    public function __construct()
    {
        $this->name = 'passerelle';
        $this->tab = 'administration';
        $this->version = '1.5.0';
        $this->author = 'Passerelle';
        $this->need_instance = 0;
        $this->ps_versions_compliancy = ['min' => '1.7.6.0', 'max' => '9.99.99'];

        parent::__construct();

        $this->displayName = $this->l('Passerelle');
        $this->description = $this->l('Adds to the webservice what an ERP needs: merchandise returns, titles, sales of the stores, stock and prices by reference; and a page of its runs, incidents and settings.');
    }

    public function install()
    {
        // A module is enabled in the shops of the context alone, and the console's context is the default shop.
        $group = Shop::getContextShopGroupID(true);
        $shop = Shop::getContextShopID(true);
        if (Shop::isFeatureActive()) {
            Shop::setContext(Shop::CONTEXT_ALL);
        }
        $installed = parent::install()
            && $this->registerHook('addWebserviceResources')
            && $this->installStoreOrderState()
            && $this->installDocuments()
            && $this->installLowestPrices()
            && $this->installBoard()
            && $this->installEvents();
        if ($shop) {
            Shop::setContext(Shop::CONTEXT_SHOP, (int) $shop);
        } elseif ($group) {
            Shop::setContext(Shop::CONTEXT_GROUP, (int) $group);
        }

        return $installed;
    }

    public function uninstall()
    {
        $tab = new Tab((int) Tab::getIdFromClassName(self::BOARD));
        $this->loadBoard();
        $this->loadEvents();

        return (!$tab->id || $tab->delete()) && PasserelleBoard::uninstall() && PasserelleOutbox::uninstall() && parent::uninstall();
    }

    /**
     * The page of the back office, with its entry in the menu, and its tables; once.
     */
    public function installBoard()
    {
        $this->loadBoard();
        if (!PasserelleBoard::install() || Tab::getIdFromClassName(self::BOARD)) {
            return (bool) Tab::getIdFromClassName(self::BOARD);
        }
        $tab = new Tab();
        $tab->class_name = self::BOARD;
        $tab->module = $this->name;
        $tab->id_parent = (int) Tab::getIdFromClassName('SELL');
        $tab->icon = 'sync';
        $tab->active = true;
        foreach (Language::getLanguages(false) as $language) {
            $tab->name[(int) $language['id_lang']] = $this->displayName;
        }

        return $tab->add();
    }

    public function loadBoard()
    {
        $this->load(['PasserelleTables', 'PasserelleBoard', 'PasserelleBoardForms', 'PasserelleBoardOrders']);
    }

    /**
     * Configure, in the list of modules, leads to the page.
     */
    public function getContent()
    {
        Tools::redirectAdmin($this->context->link->getAdminLink(self::BOARD));
    }

    /**
     * Resources of the webservice. The hook runs on every request: only the class that is asked for is loaded.
     */
    public function hookAddWebserviceResources($params)
    {
        $this->loadClassesOf(explode('/', (string) Tools::getValue('url'))[0]);
        $readOnly = ['POST', 'PUT', 'PATCH', 'DELETE'];

        return $this->besideTheCores([
            'order_returns' => [
                'description' => 'Order returns (RMA)',
                'class' => 'PasserelleOrderReturn',
                'forbidden_method' => ['POST', 'DELETE'],
            ],
            'order_return_states' => [
                'description' => 'Order return states',
                'class' => 'OrderReturnState',
                'forbidden_method' => $readOnly,
            ],
            'genders' => [
                'description' => 'Social titles',
                'class' => 'Gender',
                'forbidden_method' => $readOnly,
            ],
            'passerelle_info' => [
                'description' => 'Facts about the shop',
                'specific_management' => true,
                'forbidden_method' => $readOnly,
            ],
            'passerelle_board' => [
                'description' => 'The page of Passerelle in the back office',
                'specific_management' => true,
                'forbidden_method' => ['POST', 'PATCH', 'DELETE'],
            ],
            'passerelle_events' => [
                'description' => 'What changed in the shop and was not read yet',
                'specific_management' => true,
                'forbidden_method' => ['POST', 'PATCH', 'DELETE'],
            ],
            'store_orders' => [
                'description' => 'Orders sold in a physical store',
                'specific_management' => true,
                'forbidden_method' => ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
            ],
            'stock_lines' => [
                'description' => 'Bulk stock by reference',
                'specific_management' => true,
                'forbidden_method' => ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
            ],
            'price_lines' => [
                'description' => 'Bulk price by reference',
                'specific_management' => true,
                'forbidden_method' => ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
            ],
            'product_lines' => [
                'description' => 'Bulk creation of products and combinations',
                'specific_management' => true,
                'forbidden_method' => ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
            ],
            'specific_price_lines' => [
                'description' => 'Bulk specific prices by case',
                'specific_management' => true,
                'forbidden_method' => ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
            ],
            'lowest_prices' => [
                'description' => 'Lowest price before a reduction, by reference',
                'specific_management' => true,
                'forbidden_method' => ['POST', 'PATCH', 'DELETE'],
            ],
            'erp_documents' => [
                'description' => 'Documents of the ERP by order',
                'specific_management' => true,
                'forbidden_method' => ['POST', 'PATCH', 'DELETE'],
            ],
            'erp_invoices' => [
                'description' => 'Invoices of the ERP by order',
                'specific_management' => true,
                'forbidden_method' => ['POST', 'PATCH', 'DELETE'],
            ],
        ], $params);
    }

    /**
     * Since 9.1 the core has a resource `order_returns` of its own, which a module's of that name would replace.
     */
    private function besideTheCores(array $own, $params)
    {
        if (isset($params['resources']['order_returns'])) {
            $own['passerelle_order_returns'] = $own['order_returns'];
            unset($own['order_returns']);
        }

        return $own;
    }

    private function loadClassesOf($resource)
    {
        $lines = ['PasserelleReferences', 'PasserelleLines'];
        $classes = [
            'order_returns' => ['PasserelleConnection', 'PasserelleOrderReturn'],
            'passerelle_order_returns' => ['PasserelleConnection', 'PasserelleOrderReturn'],
            'passerelle_info' => ['WebserviceSpecificManagementPasserelleInfo'],
            'passerelle_board' => ['PasserelleTables', 'PasserelleBoard', 'WebserviceSpecificManagementPasserelleBoard'],
            'passerelle_events' => [
                'PasserelleTables', 'PasserelleOutbox', 'PasserellePing', 'PasserelleEvents', 'WebserviceSpecificManagementPasserelleEvents',
            ],
            'store_orders' => [
                'PasserelleReferences',
                'PasserelleRefusal',
                'PasserelleStoreOrderDocument',
                'PasserelleStoreAddress',
                'PasserelleTaxes',
                'PasserelleStoreOrderRows',
                'PasserelleSoldStock',
                'PasserelleStoreOrder',
                'PasserelleKnownSales',
                'WebserviceSpecificManagementStoreOrders',
            ],
            'stock_lines' => array_merge($lines, ['WebserviceSpecificManagementStockLines']),
            'price_lines' => array_merge($lines, ['WebserviceSpecificManagementPriceLines']),
            'product_lines' => [
                'PasserelleRefusal',
                'PasserelleProductLine',
                'PasserelleEntityRows',
                'PasserelleProductRows',
                'PasserelleCombinationRows',
                'PasserelleProductWords',
                'PasserelleHeld',
                'WebserviceSpecificManagementProductLines',
            ],
            'specific_price_lines' => [
                'PasserelleRefusal',
                'PasserelleSpecificPriceLine',
                'PasserelleSpecificPriceRows',
                'WebserviceSpecificManagementSpecificPriceLines',
            ],
            'lowest_prices' => array_merge($lines, ['PasserelleTables', 'PasserelleLowestPrices', 'WebserviceSpecificManagementLowestPrices']),
            'erp_documents' => array_merge(self::DOCUMENTS, ['PasserelleErpResource', 'WebserviceSpecificManagementErpDocuments']),
            'erp_invoices' => array_merge(self::DOCUMENTS, ['PasserelleErpResource', 'WebserviceSpecificManagementErpInvoices']),
        ];
        if (!isset($classes[$resource])) {
            return;
        }
        if (strpos($resource, 'order_returns') === false) {
            // Before 8.0 the interface of specific resources names the ...Core types, and PHP 7.1 wants them repeated.
            $setters = PHP_VERSION_ID < 70200 ? 'php71' : 'untyped';
            require_once __DIR__ . '/classes/engine/' . $setters . '/PasserelleEngineSetters.php';
            require_once __DIR__ . '/classes/PasserelleSpecificResource.php';
            require_once __DIR__ . '/classes/PasserelleConnection.php';
        }
        $this->load($classes[$resource]);
    }

    private function load(array $classes)
    {
        foreach ($classes as $class) {
            require_once __DIR__ . '/classes/' . $class . '.php';
        }
    }

    /**
     * Tables and hooks of the ERP's documents. What is there already stays.
     */
    public function installDocuments()
    {
        $this->load(['PasserelleTables', 'PasserelleErpTables']);

        return PasserelleErpTables::install()
            && $this->installInvoiceTab()
            && $this->registerHook('displayOrderDetail')
            // The order's page has other hooks since 1.7.7.
            && $this->registerHook(version_compare(_PS_VERSION_, '1.7.7', '<') ? 'displayAdminOrder' : 'displayAdminOrderMain');
    }

    /**
     * The back office's way to the PDF of an invoice: an entry that no menu shows.
     */
    private function installInvoiceTab()
    {
        if (Tab::getIdFromClassName('AdminPasserelleInvoice')) {
            return true;
        }
        $tab = new Tab();
        $tab->class_name = 'AdminPasserelleInvoice';
        $tab->module = $this->name;
        $tab->id_parent = -1;
        $tab->name = [];
        foreach (Language::getLanguages(false) as $language) {
            $tab->name[(int) $language['id_lang']] = 'Passerelle';
        }

        return $tab->add();
    }

    /**
     * The classes of the ERP's documents, for the controllers.
     */
    public function loadDocuments()
    {
        $this->load(self::DOCUMENTS);
    }

    public function hookDisplayOrderDetail($params)
    {
        return $this->orderPage()->ofCustomer($params['order']);
    }

    public function hookDisplayAdminOrderMain($params)
    {
        return $this->orderPage()->ofEmployee(new Order((int) $params['id_order']));
    }

    public function hookDisplayAdminOrder($params)
    {
        return $this->hookDisplayAdminOrderMain($params);
    }

    private function orderPage()
    {
        $this->load(array_merge(self::DOCUMENTS, ['PasserelleOrderPage']));

        return new PasserelleOrderPage($this);
    }

    /**
     * The table of prices before reductions, and the hook that shows them. What is there already stays.
     */
    public function installLowestPrices()
    {
        $this->load(['PasserelleTables', 'PasserelleLowestPrices']);

        return PasserelleLowestPrices::install() && $this->registerHook('displayProductPriceBlock');
    }

    public function hookDisplayProductPriceBlock($params)
    {
        // Themes call `after_price` on a product's page, `unit_price` in lists, in the cart and in its summaries.
        if (!isset($params['type'], $params['product']) || !in_array($params['type'], ['after_price', 'unit_price'], true)) {
            return '';
        }
        $this->load(['PasserelleTables', 'PasserelleLowestPrices', 'PasserelleLowestPriceBlock']);

        return (new PasserelleLowestPriceBlock($this))->of($params['product']);
    }

    /**
     * The state of orders sold in a store: no mail, no invoice or delivery number, no reserved stock, counted as a
     * valid order. It outlives an uninstallation, since orders point to it.
     */
    private function installStoreOrderState()
    {
        $existing = new OrderState((int) Configuration::getGlobalValue(self::STORE_ORDER_STATE));
        if (Validate::isLoadedObject($existing)) {
            return true;
        }
        $state = new OrderState();
        $state->name = [];
        $state->template = [];
        foreach (Language::getLanguages(false) as $language) {
            $state->name[(int) $language['id_lang']] = $language['iso_code'] === 'fr' ? 'Commande magasin' : 'In-store purchase';
            $state->template[(int) $language['id_lang']] = '';
        }
        $state->module_name = $this->name;
        $state->color = '#34209E';
        $state->unremovable = true;
        $state->send_email = false;
        $state->invoice = false;
        $state->pdf_invoice = false;
        $state->pdf_delivery = false;
        $state->delivery = false;
        $state->hidden = false;
        $state->shipped = true;
        $state->paid = true;
        $state->logable = true;
        $state->deleted = false;

        return $state->add() && Configuration::updateGlobalValue(self::STORE_ORDER_STATE, (int) $state->id);
    }
}
